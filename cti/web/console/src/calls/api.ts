// What the API answers of recordings and proofs.
import { send, type Schema } from '../api/client'

export type CheckedSeal = { n: number; of: string; amendment?: string; hash: string; prev_hash: string; good: boolean }

export type CallProof = {
  call: string
  company: string
  seals: CheckedSeal[] | null
  head: { company: string; n: number; hash: string }
  recordings: number
  erased?: Schema<'Erasure'>
  faults: { n?: number; call?: string; problem: string }[] | null
  verdict: 'good' | 'erased' | 'unsealed' | 'altered'
  words: string
  checked_at: string
  witness: { names: string[]; covered: boolean; seals: number; at: string | null; late?: string; altered?: string }
}

/** Checks that a call's record is as it was sealed. */
export function proofOf(call: string): Promise<CallProof> {
  return send('GET', `/api/v1/calls/${encodeURIComponent(call)}/proof`)
}

/** Fetches a recording, or one side of it. It is logged with the reason. */
export function soundOf(call: string, recording: string, reason: string, side?: string): Promise<Blob> {
  const query = new URLSearchParams({ reason, ...(side ? { side } : {}) })
  return send('GET', `/api/v1/calls/${encodeURIComponent(call)}/recordings/${encodeURIComponent(recording)}/sound?${query}`, undefined, (response) => response.blob())
}
