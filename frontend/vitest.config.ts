import { defineConfig, mergeConfig } from 'vitest/config'
import app from './vite.config.ts'

export default mergeConfig(
  app,
  defineConfig({
    test: {
      environment: 'jsdom',
      // One window for all files of a thread, not one for each: that was two thirds of the time.
      pool: 'threads',
      isolate: false,
      include: ['src/**/*.test.{ts,tsx}', 'tests/**/*.test.{ts,tsx}'],
      setupFiles: ['tests/setup.ts'],
      css: false,
      env: { TZ: 'Asia/Kolkata' },
    },
  }),
)
