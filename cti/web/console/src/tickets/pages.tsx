import { FileTextOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './text'

const roles = ['agent', 'shift_leader', 'operator', 'administrator', 'auditor', 'clerk']

export const ticketPages: Page[] = [
  { path: '/tickets', roles, menu: 'tickets', icon: <FileTextOutlined />, view: lazy(() => import('./page')) },
  { path: '/tickets/:id', roles, view: lazy(() => import('./story')) },
]
