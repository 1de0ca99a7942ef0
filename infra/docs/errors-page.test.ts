import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { errorsPage } from './errors-page.ts';

it('docs/errors.md is in step with the catalogue (npm run errors writes it)', () => {
  expect(readFileSync(packageFile('docs/errors.md'), 'utf8')).toBe(errorsPage());
});
