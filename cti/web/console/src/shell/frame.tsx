import { Button, Layout, Menu, Modal, Popconfirm, Space, Typography } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { LiveBar } from '../live/bar'
import { PhoneBar } from '../phone/bar'
import { usePhone } from '../phone/provider'
import { hasDraft, throwAwayDraft } from '../workshop/draft/kept'
import { useMe } from './me'
import { pages } from './pages'
import { language, setLanguage, useText } from './text'
import { setShade, useShade } from './theme'

/** What stands around every page: the menu, who is logged in, whether live data flows. */
export function Frame({ children, onLogout }: { children: ReactNode; onLogout: () => void }) {
  const t = useText()
  const me = useMe()
  const shade = useShade()
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
          <Logout onLogout={onLogout} />
        </Space>
      </Layout.Header>
      <LiveBar />
      {me.role !== 'agent' && <PhoneBar />}
      <Layout.Content className="frame-page" role="main">{children}</Layout.Content>
    </Layout>
  )
}

/** Logs out, once it is said what becomes of a call, and of a draft that the browser keeps. */
function Logout({ onLogout }: { onLogout: () => void }) {
  const t = useText()
  const { number } = useMe()
  const talks = Boolean(usePhone()?.state.call) // the phone ends with the login
  const [asks, setAsks] = useState(false)
  function leave() {
    if (hasDraft(number)) setAsks(true)
    else onLogout()
  }
  function leaves(act?: () => void) {
    act?.()
    setAsks(false)
    onLogout()
  }
  return (
    <>
      <Popconfirm title={t('logoutTalks')} okText={t('logout')} cancelText={t('cancel')} disabled={!talks} onConfirm={leave}>
        <Button onClick={talks ? undefined : leave}>{t('logout')}</Button>
      </Popconfirm>
      <Modal open={asks} title={t('draft')} onCancel={() => setAsks(false)} footer={[
        <Button key="cancel" onClick={() => setAsks(false)}>{t('cancel')}</Button>,
        <Button key="throw" danger onClick={() => leaves(() => throwAwayDraft(number))}>{t('draftThrow')}</Button>,
        <Button key="keep" type="primary" onClick={() => leaves()}>{t('draftKeep')}</Button>,
      ]}>{t('draftHint')}</Modal>
    </>
  )
}
