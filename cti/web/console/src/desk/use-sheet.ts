import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { ProblemError } from '../api/client'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import type { Form } from '../parts/forms'
import { fill, findTicket, orderTicket, readStory, type Ticket } from './matter'
import { added, begun, carry, filledBy, kindOf, type Filled, type Said, type Value, type Values } from './sheet'
import type { LiveCall } from './wire'
import { resume, Writer } from './writer'

/** The sheet of one call while it is being filled in. Its component is keyed by the call. */
export function useSheet(call: string, live: LiveCall | null, forms: Form[]) {
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
  const story = useQuery({
    queryKey: keys.story, enabled: ticket !== null, staleTime: Infinity,
    queryFn: async () => filledBy((await readStory(ticket!, me, t('sheet.why', { call }))).acts),
  })
  const [said, setSaid] = useState<Said | null>(() => resume({ agent: me, call }))
  const last = useRef(live) // what was known of the call, also after it
  if (live) last.current = live
  const written: Filled | null = story.data ?? null
  const now: Said = said ?? written ?? { kind: kindOf(last.current, ticket), values: begun(last.current) }

  // What the writer needs may come after it was made.
  const known = useRef({ ticket, forms, read: story.isSuccess, t })
  known.current = { ticket, forms, read: story.isSuccess, t }
  const took = useRef<(after: Ticket) => void>(() => undefined)
  took.current = (after) => client.setQueryData(keys.ticket, after)
  const [writer] = useState(() => new Writer({ agent: me, call }, async (what) => {
    const to = known.current.ticket ?? await findTicket(call, me)
    if (!to) throw new ProblemError(0, 'no ticket', known.current.t('sheet.noTicket'))
    let whole = what
    if (!known.current.read) { // somebody may have written before: nothing of that is lost
      const before = filledBy((await readStory(to, me, known.current.t('sheet.why', { call }))).acts)
      if (before?.kind === what.kind) whole = { ...what, values: { ...before.values, ...what.values } }
    }
    took.current(await fill(to.id, whole, known.current.forms))
  }))
  useEffect(() => {
    const kept = resume({ agent: me, call })
    if (kept) writer.change(kept)
    return () => writer.close()
  }, [writer, me, call])
  const writing = useSyncExternalStore(writer.subscribe, () => writer.writing)

  function say(next: Said) {
    setSaid(next)
    writer.change(next)
  }
  /** Does something to the ticket once what was written is there. */
  async function act(order: string, more: Record<string, unknown>) {
    await writer.flush()
    const to = known.current.ticket ?? await findTicket(call, me)
    if (!to) throw new ProblemError(0, 'no ticket', t('sheet.noTicket'))
    const after = await orderTicket(to.id, order, more)
    if (after.id === to.id) took.current(after) // else it is the new one, that was split from it
  }
  /** Makes the sheet final: from then on it is only amended. */
  async function finish() {
    await writer.flush()
    const to = known.current.ticket ?? await findTicket(call, me)
    if (!to) throw new ProblemError(0, 'no ticket', t('sheet.noTicket'))
    took.current(await fill(to.id, now, forms, true))
    writer.settle()
    client.setQueryData(keys.story, { ...now, final: true })
  }
  return {
    ticket, now, writing, act, finish, flush: () => writer.flush(),
    form: forms.find((f) => f.kind === now.kind) ?? null,
    final: written?.final ?? false,
    /** Another agent is responsible: his sheet is read, not written. */
    others: ticket !== null && ticket.owner !== null && ticket.owner !== me,
    problem: found.error ?? story.error,
    reading: ticket !== null && story.isPending && said === null,
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
