import { MessageOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

export const messagePages: Page[] = [
  { path: '/messages', roles: ['agent', 'shift_leader', 'administrator', 'auditor'], menu: 'messages', icon: <MessageOutlined />, view: lazily(() => import('./page')) },
]
