import { Alert, Button, Drawer, Flex, Form, Popconfirm, type FormInstance } from 'antd'
import { useEffect, useRef, type ReactNode } from 'react'
import { useText } from '../../shell/text'
import { useDraft, useDrafted, useFaults, useMay } from '../draft/context'
import { rebased } from '../draft/rebase'
import { companyOf, nameOf, type ListName } from '../plan'
import { byField } from './faultfield'
import { tidy } from './tidy'

/** The name under which a new element is open. */
export const fresh = '+'

type Props<T extends object> = {
  list: ListName
  /** What is open: a name, or fresh; nothing where it is empty. */
  open: string
  onClose: () => void
  /** What a new one begins with. */
  initial: T
  title: string
  /** The form's fields. */
  children: (form: FormInstance<T>, isNew: boolean) => ReactNode
  /** Shown beneath the form. */
  below?: ReactNode
}

/** A place within its element. */
const withinOf = (place: string) => place.replace(/^hotline\.[a-z]+\[\d+\]\.?/, '')

/** Edits one element of a list of the plan, in the draft. */
export function Entry<T extends object>({ list, open, onClose, initial, title, children, below }: Props<T>) {
  const t = useText('workshop')
  const draft = useDraft()
  const { plan } = useDrafted()
  const may = useMay()
  const [form] = Form.useForm<T>()
  const elements = (plan[list] ?? []) as T[]
  const index = elements.findIndex((e) => nameOf(list, e) === open)
  const isNew = open === fresh
  const element = index >= 0 ? elements[index]! : initial
  const faults = useFaults(`hotline.${list}[${index}]`)
  const mine = isNew ? may('') || may((initial as { company?: string }).company ?? '') : may(companyOf(plan, list, element))
  const opened = useRef(element) // as the form shows it: another version may be followed meanwhile
  useEffect(() => {
    if (open === '') return
    opened.current = element
    form.resetFields()
    form.setFieldsValue(element as Parameters<typeof form.setFieldsValue>[0])
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the form begins anew when another element is opened, not when the draft changes
  }, [open])
  // What the server has found stands at its field, too, until that is changed.
  const found = JSON.stringify(open === '' ? [] : faults.map((f) => ({ within: withinOf(f.place), text: f.text })))
  useEffect(() => {
    const shown = setTimeout(() => { // once the fields of what was opened are there
      const fields = form.getFieldsError().map((f) => f.name)
      form.setFields(byField(JSON.parse(found) as { within: string; text: string }[], fields) as Parameters<typeof form.setFields>[0])
    })
    return () => clearTimeout(shown)
  }, [found, open, form])
  function take(values: T) {
    // Only what was changed here goes over what the element says now.
    const entered = { ...opened.current, ...tidy(values) }
    draft.put(['hotline', list, isNew ? elements.length : index], isNew ? entered : rebased(opened.current, entered, element))
    onClose()
  }
  function remove() {
    draft.put(['hotline', list, index], undefined)
    onClose()
  }
  return (
    <Drawer open={open !== '' && (isNew || index >= 0)} size={620} title={`${title} ${isNew ? '' : open}`} onClose={onClose} forceRender
      extra={mine && (
        <Flex gap="small">
          {!isNew && <Popconfirm title={t('removeAsk')} onConfirm={remove} okText={t('remove')}><Button danger>{t('remove')}</Button></Popconfirm>}
          <Button type="primary" onClick={() => form.submit()}>{t('toDraft')}</Button>
        </Flex>
      )}>
      {faults.length > 0 && <Alert type="error" showIcon style={{ marginBottom: 12 }} title={faults.map((f) => <div key={f.place + f.text}>{withinOf(f.place) || title}: {f.text}</div>)} />}
      {!mine && <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t('notYours')} />}
      <Form<T> form={form} layout="vertical" disabled={!mine} onFinish={take} scrollToFirstError>{children(form, isNew)}</Form>
      {below}
    </Drawer>
  )
}
