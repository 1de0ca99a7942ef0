import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TransientError } from '../errors.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { packageFile } from '../package-root.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { FeatureLog } from './feature-log.ts';
import { PredictionLog, type LogEntry } from './prediction-log.ts';
import { decodeSegment } from './segment.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-log-disk-'));
});
afterEach(() => rm(root, { recursive: true }));

const features = FeatureLog.of({ features: [{ name: 'text', type: 'category' }] }, {});
const entry = (id: string): LogEntry => ({
  id,
  model: 'm',
  version: 1,
  revision: 1,
  role: 'champion',
  key: null,
  at: Date.now(),
  score: 0.5,
  prediction: '1',
  features,
  row: ['x'.repeat(900)],
});

async function idsIn(store: ObjectStore): Promise<string[]> {
  const keys = await store.list('predictions/m/');
  const rows = await Promise.all(keys.map(async (key) => decodeSegment(await store.get(key))));
  return rows.flatMap((segment) => segment.map(({ id }) => id));
}

const run = (command: string, ...given: string[]) => execFileSync(command, given, { stdio: 'ignore' });

/** A file system of its own needs the right to mount one. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-mount-'));
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
    run('umount', folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a disk that is full', () => {
  it.runIf(process.platform === 'linux' && mayMount())(
    'costs the rows that fit nowhere, each counted, and no other, and the log goes on when there is room',
    async () => {
      const spool = join(root, 'spool');
      await mkdir(spool);
      run('mount', '-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', spool);
      const metrics = createGatewayMetrics();
      const count = async (name: string) => (await metrics.register.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;
      const real = folderStore(join(root, 'store'));
      let away = true;
      const store = Object.assign(Object.create(real) as ObjectStore, {
        put: (key: string, body: Uint8Array) =>
          away ? Promise.reject(new TransientError('PAWL_STORE_UNAVAILABLE', 'away')) : real.put(key, body),
      });
      const logger = pino({ level: 'silent' });
      const limits = { flushMs: 5, segmentMs: 40, maxBufferedBytes: 60_000 };
      const log = await PredictionLog.open({ directory: spool, process: 'g1', store, logger, metrics, ...limits });
      try {
        let appended = 0;
        await vi.waitFor(
          async () => {
            for (let i = 0; i < 10; i++) log.append(entry(`${appended++}`));
            expect(await count('pawl_prediction_log_dropped_total')).toBeGreaterThan(100);
          },
          { timeout: 15_000, interval: 5 },
        );
        expect(await count('pawl_prediction_log_write_failures_total')).toBeGreaterThan(0);
        expect((await metrics.logDropped.get()).values.map(({ labels }) => labels.reason)).toContain('disk refuses');
        away = false;
        await vi.waitFor(async () => expect(await count('pawl_prediction_log_buffered_bytes')).toBeLessThan(1000), {
          timeout: 15_000,
        });
        log.append(entry('afterwards'));
        await log.close(10_000);
        const dropped = (await metrics.logDropped.get()).values.reduce((sum, { value }) => sum + value, 0);
        const ids = await idsIn(real);
        expect(ids).toHaveLength(appended + 1 - dropped);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.at(-1)).toBe('afterwards');
        expect(await count('pawl_spool_damaged_total')).toBe(0);
        expect(await readdir(join(spool, 'm'))).toEqual([]);
      } finally {
        await log.close(0);
        run('umount', spool);
      }
    },
  );

  it.runIf(process.platform !== 'win32')('loses nothing to a limit on the size of files', async () => {
    const script = join(root, 'append.mjs');
    const load = (path: string) => JSON.stringify(pathToFileURL(packageFile(`dist/src/${path}`)).href);
    // The child's spool files may not grow beyond 16 KiB, so that blocks are refused in their middle.
    await writeFile(
      script,
      `import { PredictionLog } from ${load('serving/prediction-log.js')};
       import { FeatureLog } from ${load('serving/feature-log.js')};
       import { createGatewayMetrics } from ${load('observability/gateway-metrics.js')};
       import { folderStore } from ${load('storage/folder-store.js')};
       import { pino } from ${JSON.stringify(import.meta.resolve('pino'))};
       const features = FeatureLog.of({ features: [{ name: 'text', type: 'category' }] }, {});
       const metrics = createGatewayMetrics();
       const log = await PredictionLog.open({ directory: process.argv[2], process: 'g1', store: folderStore(process.argv[3]),
         logger: pino({ level: 'silent' }), metrics, flushMs: 1e6, segmentMs: 1e6 });
       for (let block = 0; block < 10; block++) {
         for (let i = 0; i < 5; i++) log.append({ ...${JSON.stringify({ ...entry(''), features: undefined })}, features, id: block + '-' + i });
         await log.flush();
       }
       await log.close(10_000);
       console.log(JSON.stringify({ failures: (await metrics.logWriteFailures.get()).values[0].value, damaged: (await metrics.spoolDamaged.get()).values }));`,
    );
    const limited = ['-c', 'ulimit -f 16 && exec "$@"', 'bash', process.execPath, script];
    const { stdout } = await promisify(execFile)('bash', [...limited, join(root, 'spool'), join(root, 'store')]);
    const { failures, damaged } = JSON.parse(stdout) as { failures: number; damaged: unknown[] };
    expect(failures).toBeGreaterThan(1);
    expect(damaged).toEqual([]);
    const expected = Array.from({ length: 50 }, (_, n) => `${Math.floor(n / 5)}-${n % 5}`);
    expect(await idsIn(folderStore(join(root, 'store')))).toEqual(expected);
  });
});
