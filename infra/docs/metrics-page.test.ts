import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { metricsPage, questions } from './metrics-page.ts';

it('docs/metrics.md is in step with what gateways and workers register (npm run metrics-page writes it)', () => {
  expect(readFileSync(packageFile('docs/metrics.md'), 'utf8')).toBe(metricsPage());
});

it('the example queries ask for metrics that there are', () => {
  const asked = questions.flatMap(({ query }) =>
    [...query.matchAll(/\bpawl_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum)$/, '')),
  );
  expect(asked.length).toBeGreaterThan(5);
  for (const name of asked) expect(metricsPage()).toContain(`| \`${name}\` |`);
});
