import { DashboardOutlined, FundProjectionScreenOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'

const sees = ['shift_leader', 'operator', 'administrator', 'auditor']

export const floorPages: Page[] = [
  { path: '/floor', roles: sees, menu: 'floor', icon: <DashboardOutlined />, view: lazily(() => import('./floor')) },
  { path: '/board', roles: sees, menu: 'board', icon: <FundProjectionScreenOutlined />, bare: true, view: lazily(() => import('./board')) },
]
