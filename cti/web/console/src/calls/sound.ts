/** A recording with its waveform: of both sides where they are apart, else of the whole. */
export type Sound = { blob: Blob; seconds: number; peaks: number[][]; sides: boolean }

/** Which recording is heard. */
export type Heard = { name: string; sound: Sound }

/** Moves the play head to a moment of the call. */
export type Seek = (at: number) => void

/** Colours of the caller and of the agent's side. */
export const sideColours = ['#0b6e99', '#237804']
