import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** The hotline to which `npx vite` passes on. */
const hotline = process.env.SANSHENG_URL ?? 'http://127.0.0.1:8080'

// What is built goes into dist, which the Go program embeds. `npx vite` serves the
// sources instead and passes everything else on to a running hotline.
export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0, // the content security policy allows no data: scripts
    emptyOutDir: true,
  },
  server: {
    port: 5173,
    proxy: {
      '/api': hotline,
      '/readyz': hotline,
      '/nats': { target: hotline, ws: true },
      '/sip': { target: hotline, ws: true },
    },
  },
  test: { environment: 'jsdom', testTimeout: 20_000, include: ['src/**/*.test.{ts,tsx}'] },
})
