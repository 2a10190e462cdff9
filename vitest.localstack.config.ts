import { defineConfig } from 'vitest/config';

/** The tests that `npm run test:localstack` runs on LocalStack. */
export default defineConfig({
  test: {
    include: ['test/localstack/**/*.test.ts', 'test/api/{carts,orders,security}/**/*.test.ts'],
    globalSetup: 'test/support/services/localstack-setup.ts',
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
