import { HeartOutlined, ToolOutlined } from '@ant-design/icons'
import { lazily } from '../shell/lazily'
import type { Page } from '../shell/area'
import './text'
import './workshop.css'

const roles = ['operator', 'administrator', 'auditor']

export const workshopPages: Page[] = [
  { path: '/workshop', roles, menu: 'workshop', icon: <ToolOutlined />, view: lazily(() => import('./overview')) },
  { path: '/workshop/numbers', roles, view: lazily(() => import('./numbers')) },
  { path: '/workshop/queues', roles, view: lazily(() => import('./queues')) },
  { path: '/workshop/agents', roles, view: lazily(() => import('./agents')) },
  { path: '/workshop/calendars', roles, view: lazily(() => import('./calendars')) },
  { path: '/workshop/flows', roles, view: lazily(() => import('./flows')) },
  { path: '/workshop/flows/:id', roles, view: lazily(() => import('./flow/page')) },
  { path: '/workshop/prompts', roles, view: lazily(() => import('./prompts')) },
  { path: '/workshop/contacts', roles, view: lazily(() => import('./contacts')) },
  { path: '/workshop/companies', roles, view: lazily(() => import('./companies')) },
  { path: '/workshop/document', roles, view: lazily(() => import('./document')) },
  { path: '/workshop/health', roles: [...roles, 'shift_leader'], menu: 'health', icon: <HeartOutlined />, view: lazily(() => import('./health')) },
]
