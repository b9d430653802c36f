import { DashboardOutlined, FundProjectionScreenOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './text'

const sees = ['shift_leader', 'operator', 'administrator', 'auditor']

export const floorPages: Page[] = [
  { path: '/floor', roles: sees, menu: 'floor', icon: <DashboardOutlined />, view: lazy(() => import('./floor')) },
  { path: '/board', roles: sees, menu: 'board', icon: <FundProjectionScreenOutlined />, bare: true, view: lazy(() => import('./board')) },
]
