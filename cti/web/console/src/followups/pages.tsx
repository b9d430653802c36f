import { PhoneOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

export const followUpPages: Page[] = [
  { path: '/follow_ups', roles: ['agent', 'shift_leader', 'operator', 'administrator', 'auditor'], menu: 'followUps', icon: <PhoneOutlined />, view: lazy(() => import('./page')) },
]
