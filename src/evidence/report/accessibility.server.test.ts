import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { exampleRelease } from '../example-release.testsuite.ts';
import { releaseReport } from './release-report.ts';

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** What axe found, as far as it matters here. */
interface Found {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  readonly passes: readonly string[];
}

/** Opens the page in a real browser, with axe in it, and reads what axe says out of the finished page. */
async function audited(page: string): Promise<Found> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // The page's own policy would keep axe from running.
  const open = page.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '');
  const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice', 'wcag2aaa'] }).then((found) => {
    const said = { violations: found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })), passes: found.passes.map(({ id }) => id) };
    document.documentElement.setAttribute('data-found', encodeURIComponent(JSON.stringify(said)));
  });`;
  const folder = await mkdtemp(join(tmpdir(), 'pawl-report-'));
  try {
    const file = join(folder, 'report.html');
    await writeFile(
      file,
      open.replace('</body>', `<script>${axe.replaceAll('</script', '<\\/script')}</script><script>${run}</script></body>`),
    );
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${join(folder, 'profile')}`,
    ];
    const { stdout } = await promisify(execFile)(
      chromium,
      [...flags, '--window-size=1280,900', '--virtual-time-budget=20000', '--dump-dom', pathToFileURL(file).href],
      { maxBuffer: 2 ** 26, timeout: 60_000 },
    );
    const found = /data-found="([^"]*)"/.exec(stdout)?.[1];
    if (found === undefined) throw new Error('axe has not finished');
    return JSON.parse(decodeURIComponent(found)) as Found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it.skipIf(!existsSync(chromium))(
  'a report in Chromium has nothing that axe objects to, contrast included (skipped where there is no Chromium; CHROMIUM names one)',
  async () => {
    const { violations, passes } = await audited(releaseReport(exampleRelease()));
    expect(violations).toEqual([]);
    expect(passes).toEqual(
      expect.arrayContaining(['color-contrast', 'landmark-one-main', 'region', 'svg-img-alt', 'td-headers-attr']),
    );
  },
  60_000,
);
