import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutation` runs against each mutant of the planner. */
export default defineConfig({ test: { include: ['test/unit/orders/confirm/plan*.test.ts'] } });
