import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareSpools, spoolOf } from './left-spools.ts';
import { SpoolLock } from './spool-lock.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-spools-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), path);
  }
}
const files = async (folder: string) =>
  (await readdir(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile())
    .map((e) => e.name)
    .toSorted();

describe('the spools of several processes', () => {
  it('are a folder each, and the folder itself for one alone', () => {
    expect(spoolOf('/spool', 1, 2)).toBe('/spool/process-1');
    expect(spoolOf('/spool', 0, 1)).toBe('/spool');
  });

  it.each([
    [3, 1, ''],
    [1, 3, 'process-0'],
    [3, 2, 'process-0'],
  ])('lose nothing that waits when %i become %i', async (before, after, first) => {
    const left = Array.from({ length: before }, (_, i) => spoolOf('', i, before));
    await write(
      ...left.flatMap((folder, i) => [join(folder, 'predictions/m', `p${i}.pawl`), join(folder, 'labels', `l${i}.ndjson`)]),
    );
    await prepareSpools(root, after);
    const wanted = left.flatMap((_, i) => [`l${i}.ndjson`, `p${i}.pawl`]).toSorted();
    expect(await files('')).toEqual(wanted);
    const lost = left.slice(after).flatMap((_, i) => [`l${i + after}.ndjson`, `p${i + after}.pawl`]);
    for (const name of before === 1 ? wanted : lost) expect(await files(first)).toContain(name);
  });

  it('all start from the cache that is there', async () => {
    await write('cache/traffic.json', 'cache/a.onnx');
    await prepareSpools(root, 2);
    for (const folder of ['process-0', 'process-1']) {
      expect(await files(`${folder}/cache`)).toEqual(['a.onnx', 'traffic.json']);
      expect(await readFile(join(root, folder, 'cache/a.onnx'), 'utf8')).toBe('cache/a.onnx');
    }
  });

  it('are not taken from a gateway that still runs', async () => {
    await write('process-1/labels/l.ndjson');
    const lock = await SpoolLock.take(join(root, 'process-1'));
    await expect(prepareSpools(root, 1)).rejects.toMatchObject({ code: 'PAWL_SPOOL_IN_USE' });
    expect(await files('process-1/labels')).toEqual(['l.ndjson']);
    await lock.release();
  });
});
