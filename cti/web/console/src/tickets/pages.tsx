import type { Page } from '../shell/area'

export const ticketPages: Page[] = []
