import { ZoomInOutlined, ZoomOutOutlined } from '@ant-design/icons'
import { Button, Card, Collapse, Slider, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useText } from '../shell/text'
import { Chart } from './chart'
import type { Heard } from './sound'
import { SpanTable } from './spantable'
import { layOut, type CallRecord } from './timeline'

type Props = { record: CallRecord; now: number; heard?: Heard; playHead?: number; onSeek: (at: number) => void }

const zoomMost = 32

/** The call's course on an axis of time, and the same as a table. */
export function Story({ record, now, heard, playHead, onSeek }: Props) {
  const t = useText('calls')
  const line = useMemo(() => layOut(record, now), [record, now])
  const [zoom, setZoom] = useState(1)
  const seeks = Boolean(record.ended_at && record.recordings?.length)
  return (
    <Card
      size="small" title={<h2 className="card-title">{t('story')}</h2>}
      extra={(
        <Space>
          <Button size="small" icon={<ZoomOutOutlined />} aria-label={t('zoomOut')} disabled={zoom <= 1} onClick={() => setZoom(Math.max(1, zoom / 2))} />
          <Slider style={{ width: '8rem' }} min={1} max={zoomMost} value={zoom} onChange={setZoom} ariaLabelForHandle={t('zoom')} tooltip={{ formatter: (n) => `${n}×` }} />
          <Button size="small" icon={<ZoomInOutlined />} aria-label={t('zoomIn')} disabled={zoom >= zoomMost} onClick={() => setZoom(Math.min(zoomMost, zoom * 2))} />
          <Button size="small" onClick={() => setZoom(1)}>{t('zoomAll')}</Button>
        </Space>
      )}
    >
      <Chart line={line} heard={heard} zoom={zoom} playHead={playHead} onSeek={seeks ? onSeek : undefined} />
      <Collapse ghost size="small" items={[{
        key: 'table', label: `${t('table')} (${t('tableHelp')})`, forceRender: true,
        children: <SpanTable line={line} onSeek={seeks ? onSeek : undefined} />,
      }]} />
    </Card>
  )
}
