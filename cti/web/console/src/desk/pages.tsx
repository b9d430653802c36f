import { CustomerServiceOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './text'

export const deskPages: Page[] = [
  { path: '/desk', roles: ['agent'], menu: 'desk', icon: <CustomerServiceOutlined />, view: lazy(() => import('./page')) },
]
