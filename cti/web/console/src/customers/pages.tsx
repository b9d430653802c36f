import { ContactsOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

const roles = ['agent', 'shift_leader', 'operator', 'administrator', 'auditor']

export const customerPages: Page[] = [
  { path: '/customers', roles, menu: 'customers', icon: <ContactsOutlined />, view: lazy(() => import('./page')) },
  { path: '/customers/:id', roles, view: lazy(() => import('./customer')) },
]
