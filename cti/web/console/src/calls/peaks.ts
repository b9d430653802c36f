/** The loudest of each part of a sound, for drawing: from 0 to 1. */
export function peaksOf(samples: Float32Array, parts: number): number[] {
  const size = Math.max(1, Math.ceil(samples.length / parts))
  const list: number[] = []
  for (let from = 0; from < samples.length; from += size) {
    let most = 0
    for (let i = from; i < Math.min(from + size, samples.length); i++) most = Math.max(most, Math.abs(samples[i]!))
    list.push(most)
  }
  return list
}

/** The parts between two times of a sound, of so many ms in all. */
export function slice(peaks: number[], from: number, to: number, length: number): number[] {
  const at = (ms: number) => Math.round((ms / length) * peaks.length)
  return peaks.slice(Math.max(0, at(from)), Math.min(peaks.length, Math.max(at(to), at(from) + 1)))
}

/** Makes the loudest of all as loud as can be drawn; what is nearly silent stays so. */
export function raise(tracks: number[][]): number[][] {
  const most = tracks.reduce((m, track) => track.reduce((a, b) => Math.max(a, b), m), 0.02)
  return tracks.map((track) => track.map((p) => p / most))
}

/** The outline of a track over a box of one unit's height, for an SVG of as many units' width as it has parts. */
export function outline(peaks: number[]): string {
  const half = (p: number) => (p / 2).toFixed(3)
  const upper = peaks.map((p, i) => `${i},${(0.5 - Number(half(p))).toFixed(3)}`)
  const lower = peaks.map((p, i) => `${i},${(0.5 + Number(half(p))).toFixed(3)}`).reverse()
  return [...upper, ...lower].join(' ')
}

/** Decodes a sound in the browser; lists have the same length where sounds run in step. */
export async function decode(sound: Blob): Promise<{ samples: Float32Array; seconds: number }> {
  const context = new OfflineAudioContext(1, 1, 8_000)
  const audio = await context.decodeAudioData(await sound.arrayBuffer())
  return { samples: audio.getChannelData(0), seconds: audio.duration }
}
