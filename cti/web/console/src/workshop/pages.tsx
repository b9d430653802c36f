import { HeartOutlined, ToolOutlined } from '@ant-design/icons'
import { lazy } from 'react'
import type { Page } from '../shell/area'
import './text'
import './workshop.css'

const roles = ['operator', 'administrator', 'auditor']

export const workshopPages: Page[] = [
  { path: '/workshop', roles, menu: 'workshop', icon: <ToolOutlined />, view: lazy(() => import('./overview')) },
  { path: '/workshop/numbers', roles, view: lazy(() => import('./numbers')) },
  { path: '/workshop/queues', roles, view: lazy(() => import('./queues')) },
  { path: '/workshop/agents', roles, view: lazy(() => import('./agents')) },
  { path: '/workshop/calendars', roles, view: lazy(() => import('./calendars')) },
  { path: '/workshop/flows', roles, view: lazy(() => import('./flows')) },
  { path: '/workshop/flows/:id', roles, view: lazy(() => import('./flow/page')) },
  { path: '/workshop/prompts', roles, view: lazy(() => import('./prompts')) },
  { path: '/workshop/contacts', roles, view: lazy(() => import('./contacts')) },
  { path: '/workshop/companies', roles, view: lazy(() => import('./companies')) },
  { path: '/workshop/document', roles, view: lazy(() => import('./document')) },
  { path: '/workshop/health', roles: [...roles, 'shift_leader'], menu: 'health', icon: <HeartOutlined />, view: lazy(() => import('./health')) },
]
