import { PhoneOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './text'

const readers = ['agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor']

export const callPages: Page[] = [
  { path: '/calls', roles: readers, menu: 'calls', icon: <PhoneOutlined />, view: lazy(() => import('./list')) },
  { path: '/calls/:id', roles: readers, view: lazy(() => import('./call')) },
]
