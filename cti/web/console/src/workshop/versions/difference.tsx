import { useQuery } from '@tanstack/react-query'
import { Drawer, Spin } from 'antd'
import { send, type Schema } from '../../api/client'
import { Problem } from '../../parts/problem'
import { useText } from '../../shell/text'
import { Changes } from '../draft/changes'

/** What differs between two versions. */
export function Difference({ from, to, onClose }: { from: number; to: number; onClose: () => void }) {
  const t = useText('workshop')
  const diff = useQuery({
    queryKey: ['config', 'between', from, to], retry: false,
    queryFn: () => send<Schema<'ConfigChanges'>>('POST', '/api/v1/config/diff', { version: to, from }),
  })
  return (
    <Drawer open size={920} title={t('versions.between', { from, to })} onClose={onClose}>
      {diff.error ? <Problem error={diff.error} onRetry={() => void diff.refetch()} /> : diff.data ? <Changes changes={diff.data.changes} /> : <Spin />}
    </Drawer>
  )
}
