import { PhoneOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import '../tickets/text'
import './text'

export const followUpPages: Page[] = [
  { path: '/follow_ups', roles: ['agent', 'shift_leader', 'operator', 'administrator', 'auditor'], menu: 'followUps', icon: <PhoneOutlined />, view: lazily(() => import('./page')) },
]
