import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { run } from '../programs/run.ts';

let folder: string;
beforeEach(() => {
  // Within the repository: the packages that a workflow imports have to be found from there.
  folder = mkdtempSync(packageFile('workflows/bundled-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles one workflow file with these lines before it; resolves to what the bundler said. */
async function bundle(...imports: string[]): Promise<string> {
  const file = path.join(folder, 'index.ts');
  writeFileSync(
    file,
    `${imports.join('\n')}\nimport { sleep } from '@temporalio/workflow';\nexport const wait = () => sleep(1);\n`,
  );
  const script = pathToFileURL(packageFile('infra/build/workflow-bundle.mjs')).href;
  const program = `
    const { bundleWorkflows } = await import(${JSON.stringify(script)});
    await bundleWorkflows(${JSON.stringify(file)}).then(() => console.log('bundled'), (error) => console.log(error.message));`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  return `${stderr}${stdout}`.trim();
}

it('bundles a workflow that keeps to the pure rooms', async () => {
  expect(
    await bundle("import { searchAttributes } from '../../src/messages/names.ts';", 'export const names = searchAttributes;'),
  ).toBe('bundled');
});

it('refuses a module of Node.js', async () => {
  const said = await bundle("import { readFileSync } from 'node:fs';", 'export const read = readFileSync;');
  expect(said).toMatch(/Reading from "node:fs" is not handled/);
});

it('refuses a package that is not for workflow code', async () => {
  const said = await bundle("import { z } from 'zod';", 'export const schema = z.string();');
  expect(said).toMatch(/the package zod is not for workflow code/);
});

it('refuses code of any other room', async () => {
  const said = await bundle("import { errorsPage } from '../../infra/docs/errors-page.ts';", 'export const page = errorsPage;');
  expect(said).toMatch(/infra\/docs\/errors-page\.ts: not one of the pure rooms/);
});
