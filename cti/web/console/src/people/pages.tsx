import { TeamOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'

const everybody = ['agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor', 'clerk']

export const peoplePages: Page[] = [
  { path: '/workshop/people', roles: ['operator', 'administrator'], menu: 'people', icon: <TeamOutlined />, view: lazily(() => import('./list')) },
  { path: '/me', roles: everybody, view: lazily(() => import('./me')) },
]
