import { Button, Layout, Menu, Popconfirm, Space, Typography } from 'antd'
import type { ReactNode } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { LiveBar } from '../live/bar'
import { PhoneBar } from '../phone/bar'
import { usePhone } from '../phone/provider'
import { useMe } from './me'
import { pages } from './pages'
import { language, setLanguage, useText } from './text'
import { setShade, useShade } from './theme'

/** What stands around every page: the menu, who is logged in, whether live data flows. */
export function Frame({ children, onLogout }: { children: ReactNode; onLogout: () => void }) {
  const t = useText()
  const me = useMe()
  const shade = useShade()
  const talks = Boolean(usePhone()?.state.call) // the phone ends with the login
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const menu = pages.filter((p) => p.menu && p.roles.includes(me.role))
  const here = menu.filter((p) => pathname.startsWith(p.path)).sort((a, b) => b.path.length - a.path.length)[0]

  return (
    <Layout className="frame">
      <Layout.Header className="frame-head">
        <Typography.Text strong className="frame-name">{t('name')}</Typography.Text>
        <Menu
          mode="horizontal" className="frame-menu" selectedKeys={here ? [here.path] : []}
          items={menu.map((p) => ({ key: p.path, icon: p.icon, label: t(p.menu!) }))}
          onClick={({ key }) => void navigate(key)}
        />
        <Space>
          <Button type="text" onClick={() => setLanguage(language() === 'zh' ? 'en' : 'zh')}>{t('language')}</Button>
          <Button type="text" onClick={() => setShade(shade === 'dark' ? 'light' : 'dark')}>{t(shade === 'dark' ? 'light' : 'dark')}</Button>
          <Link to="/me">{me.number} {me.name} · {t(`role.${me.role}`)}</Link>
          <Popconfirm title={t('logoutTalks')} okText={t('logout')} cancelText={t('cancel')} disabled={!talks} onConfirm={onLogout}>
            <Button onClick={talks ? undefined : onLogout}>{t('logout')}</Button>
          </Popconfirm>
        </Space>
      </Layout.Header>
      <LiveBar />
      {me.role !== 'agent' && <PhoneBar />}
      <Layout.Content className="frame-page" role="main">{children}</Layout.Content>
    </Layout>
  )
}
