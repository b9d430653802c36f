import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { ProblemError } from '../api/client'
import { beforeLeaving } from '../shell/leaving'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import type { Form } from '../parts/forms'
import { fill, findTicket, isOthers, orderTicket, readStory, type Ticket } from './matter'
import { added, begun, carry, filledBy, kindOf, over, type Filled, type Said, type Typed, type Value, type Values } from './sheet'
import type { LiveCall } from './wire'
import { resume, Writer } from './writer'

/** A call's ticket, and the sheet as the server has it. */
function useWritten(call: string) {
  const me = useMe().number
  const t = useText('desk')
  const client = useQueryClient()
  const keys = { ticket: ['desk', 'sheet', call, 'ticket'], story: ['desk', 'sheet', call, 'story'] }
  const found = useQuery({
    queryKey: keys.ticket, queryFn: () => findTicket(call, me),
    // The records have it a moment after the call was answered.
    refetchInterval: (q) => (q.state.data ? false : 1_500),
  })
  const ticket = found.data ?? null
  // Read once while it is open, and anew when it is opened again: others may have written.
  const storyOf = (of: Ticket) => ({
    queryKey: keys.story, staleTime: Infinity, gcTime: 0,
    queryFn: async () => filledBy((await readStory(of, me, t('sheet.why', { call }))).acts),
  })
  const story = useQuery({ ...storyOf(ticket!), enabled: ticket !== null })

  async function find(): Promise<Ticket> {
    const to = ticket ?? await findTicket(call, me)
    if (!to) throw new ProblemError(0, 'no ticket', t('sheet.noTicket'))
    return to
  }
  async function findOwn(): Promise<Ticket> {
    const to = await find()
    if (isOthers(to, me)) throw new ProblemError(409, 'not yours', t('foreign.owner', { owner: to.owner }))
    return to
  }
  return {
    ticket, find, findOwn, sheet: story.data ?? null, read: story.isSuccess, reading: ticket !== null && story.isPending,
    problem: found.error ?? story.error,
    earlier: (of: Ticket) => client.fetchQuery(storyOf(of)),
    /** The server has answered with a ticket, and has this sheet. */
    took: (after: Ticket, sheet?: Filled) => {
      client.setQueryData(keys.ticket, after)
      // Only while it is open: who opens it again reads what the server has.
      if (sheet) client.setQueryData<Filled | null>(keys.story, (before) => (before === undefined ? undefined : sheet))
    },
  }
}

/** The sheet of one call while it is being filled in. Its component is keyed by the call. */
export function useSheet(call: string, live: LiveCall | null, forms: Form[]) {
  const me = useMe().number
  const written = useWritten(call)
  const { ticket, took } = written
  const [typed, setTyped] = useState<Typed | null>(() => resume({ agent: me, call }))
  const last = useRef(live) // what was known of the call, also after it
  if (live) last.current = live
  const start: Said = { kind: kindOf(last.current, ticket), values: begun(last.current) }
  const now: Said = typed ? over(written.sheet, typed, forms) : written.sheet ?? start
  // Nothing that the server has is missing in it.
  const whole = written.read || (typed !== null && !typed.start)

  async function write(what: Typed) {
    const to = await written.findOwn()
    // Nothing is written over a sheet that was not read: where that fails the writer tries again.
    const { kind, values } = what.start ? over(await written.earlier(to), what, forms) : what
    took(await fill(to.id, { kind, values }, forms), { kind, values, final: false })
  }
  // What the writer needs may come after it was made.
  const writes = useRef(write)
  writes.current = write
  const [writer] = useState(() => new Writer({ agent: me, call }, (what) => writes.current(what)))
  useEffect(() => {
    const kept = resume({ agent: me, call })
    if (kept) writer.change(kept)
    const stay = beforeLeaving(() => writer.flush())
    return () => {
      stay()
      writer.close()
    }
  }, [writer, me, call])
  const writing = useSyncExternalStore(writer.subscribe, () => writer.writing)

  function say(next: Said) {
    const what: Typed = whole ? next : { ...next, start: typed?.start ?? start }
    setTyped(what)
    writer.change(what)
  }
  /** Does something to the ticket once what was written is there. */
  async function act(order: string, more: Record<string, unknown>) {
    await writer.flush()
    const to = await written.find()
    const after = await orderTicket(to.id, order, more)
    if (after.id === to.id) took(after) // else it is the new one, that was split from it
  }
  /** Makes the sheet final: from then on it is only amended. */
  async function finish() {
    await writer.flush()
    const to = await written.findOwn()
    const earlier = whole ? null : await written.earlier(to)
    const { kind, values } = typed ? over(earlier ?? written.sheet, typed, forms) : earlier ?? now
    const after = await fill(to.id, { kind, values }, forms, true)
    writer.settle()
    took(after, { kind, values, final: true })
  }
  return {
    ticket, now, writing, act, finish, flush: () => writer.flush(),
    form: forms.find((f) => f.kind === now.kind) ?? null,
    final: written.sheet?.final ?? false,
    /** Another agent is responsible: his sheet is read, not written. */
    others: ticket !== null && isOthers(ticket, me),
    problem: written.problem,
    reading: written.reading && typed === null,
    set: (id: string, value: Value | undefined) => {
      const values = { ...now.values }
      if (value === undefined) delete values[id]
      else values[id] = value
      say({ kind: now.kind, values })
    },
    take: (known: Values) => {
      const form = forms.find((f) => f.kind === now.kind)
      if (form) say({ kind: now.kind, values: added(form, now.values, known) })
    },
    turn: (kind: string) => {
      const form = forms.find((f) => f.kind === kind)
      if (form) say({ kind, values: carry(now.values, form) })
    },
  }
}

export type Sheet = ReturnType<typeof useSheet>
