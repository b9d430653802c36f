// Values for tests.
import type { AgentState, Figures, LiveCall, Rate } from './types'

export function agentOf(agent: string, more: Partial<AgentState> = {}): AgentState {
  return { company: 'demo', agent, name: `业务代表 ${agent}`, state: 'Ready', since: '2026-03-02T08:00:00Z', reachable: true, queues: ['service'], ...more }
}

export function callOf(call: string, more: Partial<LiveCall> = {}): LiveCall {
  return {
    call, company: 'demo', did: '800100', caller: '138****8000', direction: 'inbound', state: 'waiting', queue: 'service', emergency: false,
    started_at: '2026-03-02T08:00:00Z', ring_ms: 5_000, recording: false, recording_paused: false, ...more,
  }
}

export function rateIn(name: Rate['name'], numerator: number, denominator: number, target: number | null = null): Rate {
  return { name, numerator, denominator, value: denominator ? numerator / denominator : null, target }
}

export function figuresOf(more: Partial<Figures> = {}): Figures {
  return {
    arrived: 0, answered: 0, within_three_rings: 0, left_unjoined: 0, by_switch: 0, abandoned: 0, emergency: 0, longest_wait_ms: 0, unanswered: 0, rates: [], ...more,
  }
}
