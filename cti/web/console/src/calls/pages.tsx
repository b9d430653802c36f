import { PhoneOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './calls.css'
import './text'

const all = ['agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor']

export const callPages: Page[] = [
  { path: '/calls', roles: all, menu: 'calls', icon: <PhoneOutlined />, view: lazy(() => import('./list')) },
  { path: '/calls/:id', roles: all, view: lazy(() => import('./story')) },
]
