import { Button, Popconfirm, Space, Table, Tag, Tooltip, type TableColumnsType } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { people, type Account, type AccountLink } from './api'
import { stateOf } from './rules'

type Props = {
  accounts: Account[]
  loading: boolean
  empty: ReactNode
  onEdit: (a: Account) => void
  /** A link was made, which is shown once. */
  onLink: (l: AccountLink) => void
  onDone: () => void
}

const colours = { disabled: 'default', inUse: 'green', link: 'blue', none: 'orange' } as const

export function AccountTable({ accounts, loading, empty, onEdit, onLink, onDone }: Props) {
  const t = useText('people')
  const columns: TableColumnsType<Account> = [
    { title: t('number'), dataIndex: 'number', sorter: (a, b) => a.number.localeCompare(b.number), className: 'tabular' },
    { title: t('name'), dataIndex: 'name' },
    { title: t('roleOf'), dataIndex: 'role', render: (role: string) => t(`shell:role.${role}`) },
    { title: t('company'), dataIndex: 'company' },
    { title: t('department'), dataIndex: 'department' },
    { title: t('queues'), key: 'queues', render: (_, a) => <Queues account={a} /> },
    { title: t('stateOf'), key: 'state', render: (_, a) => <StateOf account={a} /> },
    { title: t('code'), dataIndex: 'totp', render: (on: boolean) => t(on ? 'on' : 'off') },
    { title: t('actions'), key: 'actions', render: (_, a) => <Actions account={a} onEdit={onEdit} onLink={onLink} onDone={onDone} /> },
  ]
  return (
    <Table<Account>
      size="small" rowKey="number" columns={columns} dataSource={accounts} loading={loading} locale={{ emptyText: empty }}
      pagination={{ pageSize: 50, hideOnSinglePage: true }} scroll={{ x: 'max-content' }}
    />
  )
}

/** The queues to which an account is limited; those that are not there any more are marked. */
function Queues({ account: { queues, unknown_queues: gone } }: { account: Account }) {
  const t = useText('people')
  if (!queues?.length) return <span>{t('allQueues')}</span>
  return queues.map((q) => (gone?.includes(q) ? <Tag key={q} color="orange">{t('queueGone', { queue: q })}</Tag> : <Tag key={q}>{q}</Tag>))
}

function StateOf({ account }: { account: Account }) {
  const t = useText('people')
  const state = stateOf(account, Date.now())
  const tag = <Tag color={colours[state]}>{t(`state.${state}`)}</Tag>
  if (state !== 'link') return tag
  return <Tooltip title={t('until', { at: dayjs(account.link_until).format('YYYY-MM-DD HH:mm') })}>{tag}</Tooltip>
}

type ActionProps = Pick<Props, 'onEdit' | 'onLink' | 'onDone'> & { account: Account }

function Actions({ account, onEdit, onLink, onDone }: ActionProps) {
  const t = useText('people')
  const me = useMe()
  const { number } = account
  const [disable, disabling] = useDo((disabled: boolean) => people.change(number, { disabled }))
  const [reset, resetting] = useDo(async () => onLink(await people.reset(number)))
  const [codesOff, stopping] = useDo(() => people.codesOff(number))
  const [remove, removing] = useDo(() => people.remove(number))
  const then = (done: Promise<boolean>) => done.then((ok) => { if (ok) onDone() })
  if (number === me.number) return <span>{t('you')}</span>
  return (
    <Space size="small" wrap>
      <Button size="small" aria-label={`${t('edit')} ${number}`} onClick={() => onEdit(account)}>{t('edit')}</Button>
      <Sure question={t('resetSure', { number })} onSure={() => then(reset())}>
        <Button size="small" aria-label={`${t('reset')} ${number}`} loading={resetting}>{t('reset')}</Button>
      </Sure>
      {account.totp && (
        <Sure question={t('codesOffSure', { number })} onSure={() => then(codesOff())}>
          <Button size="small" aria-label={`${t('codesOff')} ${number}`} loading={stopping}>{t('codesOff')}</Button>
        </Sure>
      )}
      {account.disabled
        ? <Button size="small" aria-label={`${t('enable')} ${number}`} loading={disabling} onClick={() => void then(disable(false))}>{t('enable')}</Button>
        : (
          <Sure question={t('disableSure', { number })} onSure={() => then(disable(true))}>
            <Button size="small" aria-label={`${t('disable')} ${number}`} loading={disabling}>{t('disable')}</Button>
          </Sure>
        )}
      <Sure question={t('removeSure', { number })} onSure={() => then(remove())}>
        <Button size="small" danger aria-label={`${t('remove')} ${number}`} loading={removing}>{t('remove')}</Button>
      </Sure>
    </Space>
  )
}

function Sure({ question, onSure, children }: { question: string; onSure: () => Promise<void>; children: ReactNode }) {
  const t = useText()
  return <Popconfirm title={question} okText={t('ok')} cancelText={t('cancel')} onConfirm={onSure}>{children}</Popconfirm>
}
