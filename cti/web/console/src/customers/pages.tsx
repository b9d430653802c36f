import { ContactsOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

const roles = ['agent', 'shift_leader', 'operator', 'administrator', 'auditor']

export const customerPages: Page[] = [
  { path: '/customers', roles, menu: 'customers', icon: <ContactsOutlined />, view: lazily(() => import('./page')) },
  { path: '/customers/:id', roles, view: lazily(() => import('./customer')) },
]
