import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { callsKept, keptOf } from './kept'
import type { Said } from './sheet'
import { resume, Writer } from './writer'

const place = { agent: '1001', call: 'c1' }
const said = (matter: string): Said => ({ kind: 'consultation', values: { matter } })

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => vi.useRealTimers())

describe('Writer', () => {
  it('writes once, a little after the last change', async () => {
    const write = vi.fn(async () => undefined)
    const w = new Writer(place, write)
    w.change(said('a'))
    await vi.advanceTimersByTimeAsync(1_000)
    w.change(said('ab'))
    await vi.advanceTimersByTimeAsync(1_900)
    expect(write).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(write.mock.calls).toEqual([[said('ab')]])
    expect(w.writing.state).toBe('written')
  })

  it('keeps in the browser what the server does not have, and forgets it then', async () => {
    const w = new Writer(place, async () => undefined)
    w.change(said('a'))
    expect(keptOf(place)?.values).toEqual({ matter: 'a' })
    expect(callsKept('1001')).toEqual(['c1'])
    expect(resume(place)).toEqual(said('a'))
    await w.flush()
    expect(keptOf(place)).toBeNull()
    expect(callsKept('1001')).toEqual([])
  })

  it('tries again while the server is away, and loses nothing', async () => {
    let away = true
    const write = vi.fn(async () => {
      if (away) throw new ProblemError(0, 'unreachable', '')
    })
    const w = new Writer(place, write)
    w.change(said('a'))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(w.writing).toMatchObject({ state: 'failed', kept: true })
    away = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect(w.writing).toMatchObject({ state: 'written', kept: false })
    expect(write).toHaveBeenCalledTimes(2)
  })

  it('does not insist on what was refused, until it is changed', async () => {
    let refuses = true
    const write = vi.fn(async () => {
      if (refuses) throw new ProblemError(409, 'state', 'phone: it is not allowed')
    })
    const w = new Writer(place, write)
    w.change(said('a'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(write).toHaveBeenCalledTimes(1)
    expect(w.writing.state).toBe('refused')
    expect(keptOf(place)).not.toBeNull()
    refuses = false
    w.change(said('b'))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(w.writing.state).toBe('written')
  })

  it('writes what was added while it wrote', async () => {
    let done = () => undefined as void
    const write = vi.fn(() => new Promise<void>((go) => { done = go }))
    const w = new Writer(place, write)
    w.change(said('a'))
    await vi.advanceTimersByTimeAsync(2_000)
    w.change(said('ab'))
    done()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(write).toHaveBeenLastCalledWith(said('ab'))
    done()
    await vi.advanceTimersByTimeAsync(0)
    expect(w.writing.state).toBe('written')
    expect(keptOf(place)).toBeNull()
  })

  it('makes a last attempt when it is closed, and no more', async () => {
    const write = vi.fn(async () => { throw new ProblemError(0, 'unreachable', '') })
    const w = new Writer(place, write)
    w.change(said('a'))
    w.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(write).toHaveBeenCalledTimes(1)
    expect(keptOf(place)).not.toBeNull()
  })

  it('is not upset by what somebody else has put in its place', () => {
    localStorage.setItem('sansheng-sheet:1001:c1', '{"kind":1}')
    expect(keptOf(place)).toBeNull()
    localStorage.setItem('sansheng-sheet:1001:c1', 'no')
    expect(resume(place)).toBeNull()
  })
})
