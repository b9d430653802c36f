import { CustomerServiceOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'

export const deskPages: Page[] = [
  { path: '/desk', roles: ['agent'], menu: 'desk', icon: <CustomerServiceOutlined />, view: lazily(() => import('./page')) },
]
