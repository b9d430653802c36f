// Every page there is. An area lists its own in its pages.tsx; whoever adds an area
// adds a line here.
import { callPages } from '../calls/pages'
import { customerPages } from '../customers/pages'
import { deskPages } from '../desk/pages'
import { floorPages } from '../floor/pages'
import { followUpPages } from '../followups/pages'
import { messagePages } from '../messages/pages'
import { peoplePages } from '../people/pages'
import { ticketPages } from '../tickets/pages'
import { workshopPages } from '../workshop/pages'
import type { Page } from './area'

export const pages: Page[] = [
  ...deskPages, ...floorPages, ...ticketPages, ...followUpPages, ...customerPages, ...messagePages, ...callPages, ...workshopPages, ...peoplePages,
]

/** Where somebody lands: the first page of his role's menu. */
export function landing(role: string): string {
  return pages.find((p) => p.menu && p.roles.includes(role))?.path ?? '/calls'
}
