import { defineConfig } from 'vitest/config';

/** Test files that need Postgres, Temporal or S3. */
const withServers = ['{src,workflows,activities,workers,infra}/**/*.server.test.ts', 'test/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/stack/closing-line.ts'],
    // Test files share two cores with the servers that they use.
    maxWorkers: 2,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,workflows,activities,workers,infra,bench,examples}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...withServers],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: withServers,
          globalSetup: ['./test/stack/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
