import { QueryClientProvider } from '@tanstack/react-query'
import { App, ConfigProvider, Result, Spin, theme } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { Suspense, useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { BrowserRouter, Link, Navigate, Route, Routes, useLocation } from 'react-router'
import { api, ask, onLoggedOut, ProblemError } from '../api/client'
import { queries } from '../api/query'
import { DeskProvider } from '../desk/provider'
import { LiveProvider } from '../live/provider'
import { PhoneProvider, usePhone } from '../phone/provider'
import { useDo } from '../parts/problem'
import { Boundary } from './broken'
import { Frame } from './frame'
import { lazily } from './lazily'
import { leaving } from './leaving'
import { Login } from './login'
import { MeContext, useMe, type Me } from './me'
import { nonce } from './nonce'
import { landing, pages } from './pages'
import { useText } from './text'
import { useShade } from './theme'

// Who has no password yet cannot log in: this page is reached without.
const Reset = lazily(() => import('../people/reset'))

// Ant Design's own greys and blue are too faint to be read by everybody (WCAG 2.2, 1.4.3).
const themes = {
  light: {
    algorithm: theme.defaultAlgorithm,
    token: {
      colorPrimary: '#0950c3', colorLink: '#0950c3', colorTextSecondary: '#434343', colorTextTertiary: '#545454', colorTextDescription: '#545454',
      colorTextPlaceholder: '#636363', colorTextQuaternary: '#636363', colorTextLabel: '#434343', colorError: '#c41d23', colorSuccess: '#237804', colorSuccessBg: '#f6ffed', colorWarningBg: '#fffbe6', colorErrorBg: '#fff2f0', colorWarning: '#ad4e00', colorWarningText: '#874d00',
    },
  },
  // Colours of words are light here, so that words on a ground of such a colour are dark.
  dark: {
    algorithm: theme.darkAlgorithm,
    token: {
      colorPrimary: '#7ab4ff', colorInfo: '#7ab4ff', colorLink: '#7ab4ff', colorPrimaryBg: '#1b2a40', colorError: '#ff7875',
      colorTextSecondary: '#c8c8c8', colorTextTertiary: '#b5b5b5', colorTextDescription: '#b5b5b5', colorTextPlaceholder: '#a0a0a0', colorTextQuaternary: '#b5b5b5',
    },
    components: { Button: { primaryColor: '#141414', dangerColor: '#141414' }, DatePicker: { colorTextLightSolid: '#141414' } },
  },
}

// A click beside a dialog closes none: what was written there would be lost.
const stays = { mask: { closable: false } }

/** The whole application. */
export function Console() {
  const { i18n } = useTranslation()
  const shade = useShade()
  return (
    <ConfigProvider
      csp={{ nonce }} locale={i18n.language === 'zh' ? zhCN : enUS}
      theme={themes[shade]} modal={stays} drawer={stays}
    >
      <App>
        <QueryClientProvider client={queries}>
          <BrowserRouter>
            <Routes>
              <Route path="/reset" element={<Boundary at="/reset"><Suspense fallback={<Spin fullscreen />}><Reset /></Suspense></Boundary>} />
              <Route path="*" element={<Session />} />
            </Routes>
          </BrowserRouter>
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}

/** When a server that is away is asked again who is logged in, in ms. */
const asksAgain = 2_000

/** Shows the login or, to who is logged in, the pages. Where a login has ended the address stays. */
export function Session() {
  const t = useText()
  const { notification } = App.useApp()
  const [me, setMe] = useState<Me | null | undefined>(undefined)
  const [why, setWhy] = useState<ProblemError | null>(null)
  const [away, setAway] = useState(false)
  useEffect(() => {
    let later: ReturnType<typeof setTimeout> | undefined
    let over = false
    // A server that is away for a moment has ended no login: a talk would be lost over typing it in.
    async function who() {
      const is = await api.GET('/api/v1/me').then(({ data, response }) => (response.status < 500 ? (data ?? null) : undefined), () => undefined)
      if (over) return
      setAway(is === undefined)
      if (is === undefined) later = setTimeout(() => void who(), asksAgain)
      else setMe(is)
    }
    void who()
    // He may be in a talk, also where he has logged in elsewhere: that page's phone needs a
    // moment until it can have the call. Until then this one keeps it.
    const deaf = onLoggedOut((problem) => {
      queries.clear()
      setWhy(problem)
    })
    return () => {
      over = true
      clearTimeout(later)
      deaf()
    }
  }, [])
  function login(next: Me) {
    setWhy(null)
    setMe(next)
  }
  const [leave] = useDo(async () => {
    await leaving()
    await ask(api.POST('/api/v1/logout')).catch((error: unknown) => {
      // Logged out already is as good. Else who comes next would be taken for him.
      if (!(error instanceof ProblemError && error.status === 401)) throw error
    })
  })
  async function logout() {
    if (!(await leave())) return
    notification.destroy()
    queries.clear()
    setWhy(null)
    setMe(null)
  }
  if (me === undefined) return <Spin fullscreen description={away ? t('unreachable') : undefined} />
  if (me === null) return <Login why={why} onLogin={login} />
  return (
    <MeContext value={me}>
      <PhoneProvider key={me.number} closing={why !== null}>
        {why ? <Ended why={why} onLogin={login} /> : (
          <LiveProvider>
            <DeskProvider>
              <Suspense fallback={<Spin fullscreen />}><Pages onLogout={() => void logout()} /></Suspense>
            </DeskProvider>
          </LiveProvider>
        )}
      </PhoneProvider>
    </MeContext>
  )
}

/** The login after one that has ended, perhaps in a talk, which goes on. */
function Ended({ why, onLogin }: { why: ProblemError; onLogin: (me: Me) => void }) {
  return <Login why={why} talks={usePhone()?.state.call?.state === 'talking'} onLogin={onLogin} />
}

function Pages({ onLogout }: { onLogout: () => void }) {
  const t = useText()
  const { pathname } = useLocation()
  const framed = (page: ReactNode) => <Frame onLogout={onLogout}><Boundary at={pathname}>{page}</Boundary></Frame>
  return (
    <Routes>
      {pages.map(({ path, bare, view: View }) => <Route key={path} path={path} element={bare ? <Boundary at={pathname}><View /></Boundary> : framed(<View />)} />)}
      <Route path="/" element={<Home />} />
      <Route path="*" element={framed(<Result status="404" title={t('notFound')} extra={<Link to="/">{t('home')}</Link>} />)} />
    </Routes>
  )
}

function Home() {
  return <Navigate replace to={landing(useMe().role)} />
}
