import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, Input, Spin, Typography } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../../api/client'
import { Problem } from '../../parts/problem'
import { useText } from '../../shell/text'

/** A dead letter as it came: masked, and whole for a reason. */
export function Letter({ letter, onClose }: { letter: Schema<'DeadLetter'>; onClose: () => void }) {
  const t = useText('workshop')
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const shown = useQuery({
    queryKey: ['dead-letter', letter.journal, letter.position, reason], retry: false, staleTime: Infinity,
    queryFn: () => ask(api.GET('/api/v1/dead-letters/{journal}/{position}', {
      params: { path: { journal: letter.journal, position: letter.position }, query: reason ? { reveal: reason } : {} },
    })),
  })
  return (
    <Drawer open size={680} title={`${letter.journal} ${letter.position}`} onClose={onClose}>
      {!reason && (
        <Input.Search aria-label={t('shell:revealReason')} placeholder={t('shell:revealReason')} enterButton={<Button>{t('shell:reveal')}</Button>} value={typed} maxLength={160}
          onChange={(e) => setTyped(e.target.value)} onSearch={() => setReason(typed.trim())} />
      )}
      {shown.error ? <Problem error={shown.error} /> : !shown.data ? <Spin /> : <Typography.Paragraph><pre className="fine">{shown.data.payload}</pre></Typography.Paragraph>}
    </Drawer>
  )
}
