import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import axe from 'axe-core';
import { expect, it } from 'vitest';
import { exampleRelease, replaceTexts } from '../example-release.testsuite.ts';
import { releaseReport } from './release-report.ts';

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** What axe found, as far as it matters here. */
interface Found {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  readonly passes: readonly string[];
}

/** Opens a page in a real browser and returns it as it is when nothing more happens. */
async function opened(page: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-report-'));
  try {
    const file = join(folder, 'report.html');
    await writeFile(file, page);
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
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const withoutPolicy = (page: string) => page.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '');

/** What axe says of a page. */
async function audited(page: string): Promise<Found> {
  // The page's own policy would keep axe from running.
  const open = withoutPolicy(page);
  const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice', 'wcag2aaa'] }).then((found) => {
    const said = { violations: found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })), passes: found.passes.map(({ id }) => id) };
    document.documentElement.setAttribute('data-found', encodeURIComponent(JSON.stringify(said)));
  });`;
  const scripts = `<script>${axe.source.replaceAll('</script', '<\\/script')}</script><script>${run}</script>`;
  const found = /data-found="([^"]*)"/.exec(await opened(open.replace('</body>', () => `${scripts}</body>`)))?.[1];
  if (found === undefined) throw new Error('axe has not finished');
  return JSON.parse(decodeURIComponent(found)) as Found;
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

it.skipIf(!existsSync(chromium))(
  'a report in Chromium asks nobody for anything and runs nothing, whatever others wrote (skipped where there is no Chromium)',
  async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const load = `http://127.0.0.1:${port}`;
    const evil = `"><img src="${load}/img"><script src="${load}/js"></script><script>document.title = 'taken'</script><link rel=stylesheet href="${load}/css"><style>@import "${load}/import"; body { background: url(${load}/url) }</style>`;
    try {
      const found = await opened(releaseReport(replaceTexts(exampleRelease(), evil)));
      expect(found).toContain('id="ramp-chart-title"');
      expect(found).not.toMatch(/<title>taken/);
      expect(asked).toEqual([]);
      // The policy holds by itself too, where a text came through as markup.
      const broken = releaseReport(exampleRelease()).replace('</main>', `<div>${evil}</div></main>`);
      expect(await opened(broken)).not.toMatch(/<title>taken/);
      expect(asked).toEqual([]);
      // Without it all of this would have been loaded and run: the test can see it.
      expect(await opened(withoutPolicy(broken))).toMatch(/<title>taken/);
      expect(asked).toEqual(expect.arrayContaining(['/img', '/js']));
    } finally {
      server.close();
    }
  },
  60_000,
);
