import { PhoneOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'

const readers = ['agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor']

export const callPages: Page[] = [
  { path: '/calls', roles: readers, menu: 'calls', icon: <PhoneOutlined />, view: lazily(() => import('./list')) },
  { path: '/calls/:id', roles: readers, view: lazily(() => import('./call')) },
]
