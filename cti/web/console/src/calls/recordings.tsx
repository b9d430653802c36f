import { Card, Empty, Flex, Space, Tag, Tooltip } from 'antd'
import type { RefObject } from 'react'
import { useDo } from '../parts/problem'
import { lengthOf, Moment } from '../parts/time'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { soundOf } from './api'
import { decode, peaksOf, raise } from './peaks'
import { Player } from './player'
import type { Heard, Seek, Sound } from './sound'
import { ReasonButton } from './reason'
import { segments, type CallRecord } from './timeline'
import { wordOr } from './words'

type Props = { record: CallRecord; heard?: Heard; onHeard: (heard: Heard) => void; onHead: (at: number | undefined) => void; seek: RefObject<Seek | null> }

/** The call's recordings, what was found in them, and their sound. */
export function Recordings({ record, heard, onHeard, onHead, seek }: Props) {
  const t = useText('calls')
  const list = record.recordings ?? []
  return (
    <Card size="small" title={<h2 className="card-title">{t('recordings')}</h2>}>
      {list.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noRecordings')} />}
      <Flex vertical gap="middle">
        {list.map((one) => (
          <div key={one.name}>
            <Line record={record} name={one.name} began={one.began_at} onSound={(sound) => onHeard({ name: one.name, sound })} />
            {heard?.name === one.name && <Player sound={heard.sound} segments={segments(record, one.name, heard.sound.seconds * 1000)} onHead={onHead} seek={seek} />}
          </div>
        ))}
      </Flex>
    </Card>
  )
}

const parts = 4_000

async function load(call: string, name: string, sides: string[], reason: string): Promise<Sound> {
  const [blob, ...of] = await Promise.all([soundOf(call, name, reason), ...sides.map((side) => soundOf(call, name, reason, side))])
  const whole = await decode(blob!)
  const tracks = of.length === 2 ? await Promise.all(of.map(decode)) : [whole]
  return { blob: blob!, seconds: whole.seconds, peaks: raise(tracks.map((track) => peaksOf(track.samples, parts))), sides: of.length === 2 }
}

function Line({ record, name, began, onSound }: { record: CallRecord; name: string; began: string; onSound: (sound: Sound) => void }) {
  const t = useText('calls')
  const may = useRole('agent', 'shift_leader', 'operator', 'administrator', 'auditor')
  const check = record.recording_checks?.find((c) => c.name === name)
  const sides = check?.sides?.map((s) => s.side) ?? []
  const [hear, busy] = useDo(async (reason: string) => onSound(await load(record.id, name, sides.includes('caller') && sides.includes('agent') ? ['caller', 'agent'] : [], reason)))
  const there = record.ended_at && !record.erased && !check?.destroyed_at
  return (
    <Space wrap>
      <strong className="tabular">{name}</strong><Moment at={began} />
      {check ? (
        <Tooltip title={check.sha256 && `${t('sha')}: ${check.sha256}`}>
          <Tag color={check.result === 'good' ? 'green' : check.result === 'none' ? 'default' : 'red'}>{t('check')}: {wordOr(t, 'result_', check.result)}</Tag>
          {t('checkText', { talk: lengthOf(check.talk_ms), length: lengthOf(check.length_ms), loud: lengthOf(check.loud_ms) })}
        </Tooltip>
      ) : <Tag>{t('notChecked')}</Tag>}
      {check?.destroyed_at && <Tag>{t('destroyed', { at: new Date(check.destroyed_at).toLocaleDateString() })}</Tag>}
      {!record.ended_at && t('goingOn')}
      {there && may && <ReasonButton primary words={t('hear')} ask={t('hearReason')} busy={busy} onReason={(why) => void hear(why)} />}
    </Space>
  )
}
