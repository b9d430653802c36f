import { Tag } from 'antd'
import type { Schema } from '../api/client'
import { useText } from '../shell/text'

/** How a call came out, in words and colour. */
export function Outcome({ call }: { call: Schema<'Record'> }) {
  const t = useText('calls')
  if (!call.disposition) return <Tag color="blue">{t('live')}</Tag>
  return (
    <>
      <Tag color={call.disposition === 'ANSWERED' ? 'green' : 'orange'}>{t(`disposition.${call.disposition}`)}</Tag>
      {call.within_three_rings !== null && <Tag color={call.within_three_rings ? 'green' : 'red'}>{t(call.within_three_rings ? 'within' : 'beyond')}</Tag>}
    </>
  )
}
