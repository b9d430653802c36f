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

/** Decodes a sound in the browser; lists have the same length where sounds run in step. */
export async function decode(sound: Blob): Promise<{ samples: Float32Array; seconds: number }> {
  const context = new OfflineAudioContext(1, 1, 8_000)
  const audio = await context.decodeAudioData(await sound.arrayBuffer())
  return { samples: audio.getChannelData(0), seconds: audio.duration }
}
