import type { Page } from '../shell/area'

export const callPages: Page[] = []
