import { CaretRightOutlined, PauseOutlined } from '@ant-design/icons'
import { Button, Select, Space, theme } from 'antd'
import { useEffect, useRef, useState, type RefObject } from 'react'
import WaveSurfer from 'wavesurfer.js'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { sideColours, type Seek, type Sound } from './sound'
import { audioTime, callTime, type Segment } from './timeline'
import { clock } from './words'

type Props = { sound: Sound; segments: Segment[]; onHead: (at: number | undefined) => void; seek: RefObject<Seek | null> }

const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/** Plays a recording; where it is in the call is told to the time line, and taken from there. */
export function Player({ sound, segments, onHead, seek }: Props) {
  const t = useText('calls')
  const { token } = theme.useToken()
  const box = useRef<HTMLDivElement>(null)
  const wave = useRef<WaveSurfer>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [speed, setSpeed] = useState(1)
  const place = useRef(segments)
  useEffect(() => { place.current = segments }, [segments])

  useEffect(() => {
    const ws = WaveSurfer.create({
      container: box.current!, height: sound.sides ? 48 : 72, cspNonce: nonce(), waveColor: token.colorTextTertiary, progressColor: token.colorPrimary, cursorColor: token.colorError,
      cursorWidth: 2, normalize: false, dragToSeek: true, splitChannels: sound.sides ? sideColours.map((waveColor) => ({ waveColor })) : undefined,
    })
    wave.current = ws
    const tell = (seconds: number) => {
      setAt(seconds)
      onHead(callTime(place.current, seconds * 1000))
    }
    ws.on('timeupdate', tell)
    ws.on('seeking', tell)
    ws.on('play', () => setPlaying(true))
    ws.on('pause', () => setPlaying(false))
    ws.on('finish', () => setPlaying(false))
    const ready = ws.loadBlob(sound.blob, sound.peaks, sound.seconds).catch(() => undefined)
    seek.current = (moment) => void ready.then(() => ws.setTime(audioTime(place.current, moment) / 1000))
    return () => {
      seek.current = null
      ws.destroy()
      onHead(undefined)
    }
    // A change of the shade does not begin the sound anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [sound])

  return (
    <div>
      <Space wrap>
        <Button icon={playing ? <PauseOutlined /> : <CaretRightOutlined />} aria-label={t(playing ? 'pause' : 'play')} onClick={() => void wave.current?.playPause()} />
        <Select
          size="small" aria-label={t('speed')} value={speed} style={{ width: '5rem' }} options={[0.75, 1, 1.25, 1.5, 2].map((value) => ({ value, label: `${value}×` }))}
          onChange={(value) => { setSpeed(value); wave.current?.setPlaybackRate(value, true) }}
        />
        <span className="tabular">{t('position')} {lengthOf(at * 1000)} / {lengthOf(sound.seconds * 1000)}</span>
        <span className="tabular">{t('callTime')} {clock(callTime(segments, at * 1000))}</span>
        {sound.sides && <span>▲ {t('sideCaller')}　▼ {t('sideAgent')}</span>}
      </Space>
      <div ref={box} role="img" aria-label={t(sound.sides ? 'waveform' : 'waveformOne')} />
    </div>
  )
}
