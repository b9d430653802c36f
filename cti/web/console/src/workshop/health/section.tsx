import { Card } from 'antd'
import type { ReactNode } from 'react'
import { Problem } from '../../parts/problem'

/** A part of the page with its own problem. */
export function Section({ title, error, onRetry, extra, children }: { title: string; error?: unknown; onRetry?: () => void; extra?: ReactNode; children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: '1rem', margin: 0 }}>{title}</h2>} extra={extra} style={{ marginBottom: 16 }}>
      {error ? <Problem error={error} onRetry={onRetry} /> : children}
    </Card>
  )
}
