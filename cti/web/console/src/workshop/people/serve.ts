import type { Agent, Queue } from '../plan'

/** Who serves a queue: its members, then who has its skill at its level. */
export function serve(queue: Queue, agents: Agent[]): string[] {
  const members = queue.members ?? []
  const skilled = agents.filter((a) => queue.skill && a.company === queue.company && (a.skills?.[queue.skill] ?? 0) >= Math.max(queue.level ?? 0, 1))
  return [...members, ...skilled.map((a) => a.id).filter((id) => !members.includes(id))]
}

/** Every skill that somebody has or a queue asks for. */
export function skillsOf(queues: Queue[], agents: Agent[]): string[] {
  return [...new Set([...agents.flatMap((a) => Object.keys(a.skills ?? {})), ...queues.flatMap((q) => q.skill ?? [])])].sort()
}
