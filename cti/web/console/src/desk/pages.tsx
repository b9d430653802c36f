import type { Page } from '../shell/area'

export const deskPages: Page[] = []
