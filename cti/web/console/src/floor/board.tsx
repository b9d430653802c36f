import { DisconnectOutlined, FullscreenOutlined, WarningFilled } from '@ant-design/icons'
import { Button } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useLiveState } from '../live/provider'
import { wordsOf } from '../parts/problem'
import { useNow } from '../parts/time'
import { useText } from '../shell/text'
import './board.css'
import { BoardLines } from './boardlines'
import { BoardTiles } from './boardtiles'
import { serverTime } from './clock'
import { useBoards, useFloor } from './source'
import { staleness, wallOf } from './wall'

/**
 * The wall screen: to be read from eight metres, without scrolling, and never silently old.
 * ?company= shows one company, ?shade=light the light one.
 */
export default function Board() {
  const t = useText('floor')
  const [query] = useSearchParams()
  const company = query.get('company') ?? ''
  const { floor, error } = useFloor()
  const boards = useBoards()
  const live = useLiveState()
  const now = useNow()
  const there = serverTime(now)
  const wall = useMemo(() => wallOf(floor, boards.data?.boards, company), [floor, boards.data, company])
  const stale = staleness(now, floor ? live : null, boards.dataUpdatedAt)
  const problem = error ?? (stale.figures ? boards.error : null)

  return (
    <main className={`board${query.get('shade') === 'light' ? ' board-light' : ''}${stale.live ? ' board-live-old' : ''}${stale.figures ? ' board-figures-old' : ''}`}>
      <header className="board-head">
        <h1>{wall.head.name || t('allCompanies')}</h1>
        <div role="status" className="board-status">
          {(stale.live || stale.figures) && (
            <strong className="board-stale" data-testid="stale">
              <DisconnectOutlined aria-hidden /> {stale.seconds ? t('boardStale', { seconds: stale.seconds }) : t('boardWaiting')}
              {problem ? ` · ${wordsOf(problem, t).detail}` : ''}
            </strong>
          )}
          {floor && !floor.linked && <strong className="board-stale"><WarningFilled aria-hidden /> {t('unlinked')}</strong>}
        </div>
        <nav className="board-nav">
          <Link to="/floor">{t('shell:floor')}</Link>
          <Button type="text" icon={<FullscreenOutlined />} aria-label={t('fullscreen')} title={t('fullscreen')} onClick={() => void document.documentElement.requestFullscreen()} />
        </nav>
        <time className="board-clock tabular" dateTime={dayjs(there).toISOString()}>{dayjs(there).format('HH:mm:ss')}</time>
      </header>
      <BoardTiles line={wall.head} now={there} />
      <BoardLines lines={wall.lines} now={there} />
    </main>
  )
}
