import { Menu } from 'antd'
import type { ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { DraftBar } from './draft/bar'
import { DraftProvider } from './draft/context'

const places = ['', '/numbers', '/queues', '/agents', '/calendars', '/flows', '/prompts', '/contacts', '/companies', '/document', '/health']

/** What stands around the workshop's pages: its menu and, but around plain ones, what is not published. */
export function Workshop({ children, plain }: { children: ReactNode; plain?: boolean }) {
  const t = useText('workshop')
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const mays = useRole('operator', 'administrator', 'auditor')
  const here = places.findLast((p) => pathname === `/workshop${p}` || (p !== '' && pathname.startsWith(`/workshop${p}/`))) ?? ''
  return (
    <div className="workshop">
      {mays && (
        <nav className="workshop-side" aria-label={t('title')}>
          <Menu selectedKeys={[here]} onClick={({ key }) => void navigate(`/workshop${key}`)}
            items={places.map((p) => ({ key: p, label: t(`menu.${p.slice(1) || 'overview'}`) }))} />
        </nav>
      )}
      <div className="workshop-main">
        {plain ? children : <DraftProvider><DraftBar />{children}</DraftProvider>}
      </div>
    </div>
  )
}
