import { defineConfig } from 'vitest/config'

// Journeys drive the built program with real SIP callers and real browsers: one after
// the other, as they share a machine. SHOTS takes pictures instead.
export default defineConfig({
  test: {
    environment: 'node',
    include: [process.env.SHOTS ? 'test/shots/*.ts' : 'test/*.test.ts'],
    fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000,
  },
})
