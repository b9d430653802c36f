// The desk's ring, made of two tones with the country's pause between: no file is needed.

/** The tone of one burst, in Hz, and how long it lasts of a ring, in ms. */
const tones = [440, 480]
const burst = 1_000
const volume = 0.18

/** A bell that rings once with each ring of a call. */
export class Bell {
  private context: AudioContext | null = null
  private timer: ReturnType<typeof setInterval> | undefined
  private ringing: GainNode | null = null

  /** Whether the browser lets us be heard; it does so after somebody has clicked. */
  get audible(): boolean {
    return this.context?.state === 'running'
  }

  /** Asks the browser to let us be heard; works where somebody has just pressed something. */
  async allow(): Promise<boolean> {
    try {
      this.context ??= new AudioContext()
      await Promise.race([this.context.resume(), new Promise((go) => setTimeout(go, 300))])
    } catch {
      return false // no sound device
    }
    return this.audible
  }

  /** Rings with the given period until it is stopped. */
  start(period: number): void {
    this.stop()
    const ring = () => void this.allow().then(() => {
      if (this.timer === timer) this.ring()
    })
    const timer = (this.timer = setInterval(ring, Math.max(2 * burst, period)))
    ring()
  }

  /** Rings once, to try it. What is not let be heard would wait, and sound all at once later on. */
  ring(): void {
    const context = this.context
    if (!context || !this.audible) return
    const gain = context.createGain()
    const at = context.currentTime
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(volume, at + 0.02)
    gain.gain.setValueAtTime(volume, at + burst / 1_000 - 0.05)
    gain.gain.linearRampToValueAtTime(0, at + burst / 1_000)
    gain.connect(context.destination)
    for (const hz of tones) {
      const tone = context.createOscillator()
      tone.frequency.value = hz
      tone.connect(gain)
      tone.start(at)
      tone.stop(at + burst / 1_000)
    }
    this.ringing = gain
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    this.ringing?.disconnect()
    this.ringing = null
  }
}

/** One for all pages: a browser has few sound devices. */
export const bell = new Bell()
