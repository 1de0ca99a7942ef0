import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { run } from '../programs/run.ts';

it('package-lock.json has no holes, with which `npm ci` would refuse it (npm run lock fills them)', async () => {
  const program = `
    import { readFileSync } from 'node:fs';
    import { holes } from ${JSON.stringify(pathToFileURL(packageFile('infra/build/complete-lock.mjs')).href)};
    const { packages } = JSON.parse(readFileSync(${JSON.stringify(packageFile('package-lock.json'))}, 'utf8'));
    console.log(JSON.stringify([...holes(packages).keys()]));`;
  expect(JSON.parse((await run(process.execPath, ['--input-type=module', '-e', program])).stdout)).toEqual([]);
});
