import type { Page } from '../shell/area'

export const workshopPages: Page[] = []
