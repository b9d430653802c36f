import { FileTextOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'

const roles = ['agent', 'shift_leader', 'operator', 'administrator', 'auditor', 'clerk']

export const ticketPages: Page[] = [
  { path: '/tickets', roles, menu: 'tickets', icon: <FileTextOutlined />, view: lazily(() => import('./page')) },
  { path: '/tickets/:id', roles, view: lazily(() => import('./story')) },
]
