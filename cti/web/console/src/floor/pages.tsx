import type { Page } from '../shell/area'

export const floorPages: Page[] = []
