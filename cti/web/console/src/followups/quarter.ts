// Quarters of a year, as in 2026-Q3.

/** The quarters that are over, the last first. */
export function quartersOver(now: Date, count: number): string[] {
  const last = now.getFullYear() * 4 + Math.floor(now.getMonth() / 3) - 1
  return Array.from({ length: count }, (_, i) => `${Math.floor((last - i) / 4)}-Q${((last - i) % 4) + 1}`)
}
