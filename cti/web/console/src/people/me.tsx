import { App, Card, Descriptions, Space } from 'antd'
import { Head } from '../parts/page'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { mine } from './api'
import { Codes } from './codes'
import { PasswordForm, type Passwords } from './password'

/** One's own account: password and one-time codes. */
export default function Mine() {
  const t = useText('people')
  const me = useMe()
  const { message } = App.useApp()
  const [change, changing] = useDo(async ({ old, password }: Passwords) => {
    await mine.password(old ?? '', password)
    void message.success(t('changed'))
  })
  return (
    <>
      <Head title={t('me')} />
      <Space orientation="vertical" size="middle" style={{ display: 'flex', maxWidth: 720 }}>
        <Descriptions size="small" bordered column={2} items={[
          { key: 'number', label: t('number'), children: me.number },
          { key: 'name', label: t('name'), children: me.name },
          { key: 'role', label: t('roleOf'), children: t(`shell:role.${me.role}`) },
          { key: 'company', label: t('company'), children: me.company },
        ]} />
        <Card size="small" title={<h2 style={{ fontSize: 'inherit', margin: 0 }}>{t('password')}</h2>}>
          <PasswordForm number={me.number} asksOld busy={changing} submit={t('change')} onSubmit={change} />
        </Card>
        <Codes />
      </Space>
    </>
  )
}
