import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Tests mostly wait for the engine and the service, so more of them than cores run side by side.
    maxWorkers: 3,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: 'test/support/database/dynamodb-setup.ts',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          globalSetup: 'test/support/database/dynamodb-setup.ts',
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'api',
          include: ['test/api/**/*.test.ts'],
          globalSetup: 'test/support/services/service-setup.ts',
          testTimeout: 60_000,
          // Preparing a file's world is as much work as a test.
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
