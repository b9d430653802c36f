import { defineConfig } from 'vitest/config'

// Measuring runs are no tests: they take the machine for themselves, and say figures.
export default defineConfig({
  test: { environment: 'node', include: ['test/measure/*.measure.ts'], fileParallelism: false, testTimeout: 180_000, hookTimeout: 60_000 },
})
