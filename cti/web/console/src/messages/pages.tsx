import { MessageOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

export const messagePages: Page[] = [
  { path: '/messages', roles: ['agent', 'shift_leader', 'administrator', 'auditor'], menu: 'messages', icon: <MessageOutlined />, view: lazy(() => import('./page')) },
]
