import type { ReactNode } from 'react'

/** A page's heading with what can be done there beside it. */
export function Head({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return <div className="page-head"><h1>{title}</h1>{children}</div>
}
