import type { ComponentType, LazyExoticComponent, ReactNode } from 'react'

/** A page of the console with its place in the menu. */
export type Page = {
  /** The address, with parameters as in /calls/:id. */
  path: string
  /** Who sees it in the menu; the server decides what they get. */
  roles: string[]
  /** Key of its name in shellText; pages without one are reached from others. */
  menu?: string
  icon?: ReactNode
  /** Shown without the frame, as on a wall screen. */
  bare?: boolean
  view: ComponentType | LazyExoticComponent<ComponentType>
}
