/** Whether the hotline asks the phone to answer by itself, as where a leader wants to listen. */
export function answersItself(callInfo: string | undefined): boolean {
  return /;\s*answer-after=0\b/.test(callInfo ?? '')
}
