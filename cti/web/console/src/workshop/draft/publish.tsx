import { Alert, App, Button, DatePicker, Form, Input, Modal, Radio, Spin } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { ProblemError, send, type Schema } from '../../api/client'
import { Problem, useDo } from '../../parts/problem'
import { useMe } from '../../shell/me'
import { useText } from '../../shell/text'
import { Changes } from './changes'
import { useChecked, useDraft, useDrafted, useRenew } from './context'
import { Faults } from './faults'

type Fields = { note?: string; when: 'now' | 'later'; at?: Dayjs }

/** Shows what the server makes of the draft and puts it in force, now or at a time. */
export function Publish({ onClose }: { onClose: () => void }) {
  const t = useText('workshop')
  const { notification } = App.useApp()
  const draft = useDraft()
  const { text, base, plan } = useDrafted()
  const { faults, changes, error, checking, again } = useChecked()
  const renew = useRenew()
  const me = useMe()
  // A planned version is the whole document, which is nobody's of one company.
  const plans = me.role === 'administrator' || (plan.companies?.length ?? 0) <= 1
  const [form] = Form.useForm<Fields>()
  const when = Form.useWatch('when', form)
  const [meanwhile, setMeanwhile] = useState(false)
  const [publish, busy] = useDo(async ({ note, when, at }: Fields) => {
    const body = { document: text, base: base?.hash, note: note?.trim() || undefined, at: when === 'later' ? at?.toISOString() : undefined }
    let done: Schema<'ConfigApplied'>
    try {
      done = await send<Schema<'ConfigApplied'>>('POST', '/api/v1/config/versions', body)
    } catch (problem) {
      if (problem instanceof ProblemError && problem.status === 409) {
        await renew() // shows whether another version is why
        setMeanwhile(draft.state.behind)
      }
      throw problem
    }
    const latest = await send<Schema<'ConfigDocument'>>('GET', '/api/v1/config')
    draft.start(latest)
    await renew()
    notification.success({
      title: done.at ? t('publish.planned', { version: done.version, at: dayjs(done.at).format('YYYY-MM-DD HH:mm') }) : t('publish.done', { version: done.version }),
      description: done.notes?.length ? <span className="lines">{done.notes.join('\n')}</span> : undefined, duration: done.notes?.length ? 0 : 5,
    })
    onClose()
  })
  const restart = changes?.some((c) => !c.live) ?? false
  const ready = changes !== null && changes.length > 0 && faults.length === 0 && !restart
  return (
    <Modal open width={960} title={t('publish.title')} onCancel={onClose} destroyOnHidden
      footer={[
        <Button key="close" onClick={onClose}>{t('shell:close')}</Button>,
        <Button key="check" onClick={again} loading={checking}>{t('publish.check')}</Button>,
        <Button key="ok" type="primary" disabled={!ready} loading={busy} onClick={() => form.submit()}>{t(when === 'later' ? 'publish.plan' : 'publish.now')}</Button>,
      ]}>
      {error ? <Problem error={error} onRetry={again} /> : null}
      {meanwhile && <Alert type="warning" showIcon title={t('publish.meanwhile')} />}
      <Faults faults={faults} plan={plan} onLeave={onClose} />
      {restart && <Alert type="warning" showIcon title={t('publish.restart')} />}
      {changes ? <Changes changes={changes} plan={plan} onLeave={onClose} /> : checking && <Spin />}
      <Form<Fields> form={form} layout="vertical" initialValues={{ when: 'now' }} onFinish={(f) => void publish(f)} style={{ marginTop: 16 }}>
        <Form.Item name="note" label={t('publish.note')} rules={[{ max: 160 }]}><Input maxLength={160} placeholder={t('publish.noteHint')} /></Form.Item>
        <Form.Item name="when" label={t('publish.when')} extra={plans ? undefined : t('publish.laterNot')}>
          <Radio.Group options={[{ value: 'now', label: t('publish.atOnce') }, { value: 'later', label: t('publish.later'), disabled: !plans }]} />
        </Form.Item>
        {when === 'later' && (
          <Form.Item name="at" label={t('publish.at')} rules={[{ required: true, message: t('publish.atNeeded') }]} extra={t('publish.laterHint')}>
            <DatePicker needConfirm={false} format="YYYY-MM-DD HH:mm" showTime={{ format: 'HH:mm' }} minDate={dayjs()} maxDate={dayjs().add(366, 'day')} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
