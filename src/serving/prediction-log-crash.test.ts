import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { packageFile } from '../package-root.ts';
import { folderStore } from '../storage/folder-store.ts';
import { PredictionLog } from './prediction-log.ts';
import { decodeSegment } from './segment.ts';

it('loses nothing that was flushed, and tears no row, when a process is killed while it writes', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pawl-log-crash-'));
  const [spool, store] = [join(root, 'spool'), folderStore(join(root, 'store'))];
  const load = (path: string) => JSON.stringify(pathToFileURL(packageFile(`dist/src/${path}`)).href);
  const script = join(root, 'append.mjs');
  await writeFile(
    script,
    `import { PredictionLog } from ${load('serving/prediction-log.js')};
     import { FeatureLog } from ${load('serving/feature-log.js')};
     import { createGatewayMetrics } from ${load('observability/gateway-metrics.js')};
     import { folderStore } from ${load('storage/folder-store.js')};
     import { pino } from ${JSON.stringify(import.meta.resolve('pino'))};
     const features = FeatureLog.of({ features: [{ name: 'x', type: 'number' }] }, {});
     const log = await PredictionLog.open({ directory: ${JSON.stringify(spool)}, process: 'g1',
       store: folderStore(${JSON.stringify(join(root, 'store'))}), logger: pino({ level: 'silent' }),
       metrics: createGatewayMetrics(), flushMs: 3_600_000, maxSegmentRows: 5000 });
     for (let n = 0; ; ) {
       for (let i = 0; i < 500; i++, n++) {
         log.append({ id: String(n), model: 'm', version: 1, revision: 1, role: 'champion', key: null, at: n, score: n,
           prediction: '1', features, row: [n] });
       }
       await log.flush();
       console.log(n);
     }`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let flushed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    flushed = Number(line);
    if (flushed >= 30_000 && child.exitCode === null) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

  const options = { directory: spool, store, logger: pino({ level: 'silent' }), metrics: createGatewayMetrics() };
  const log = await PredictionLog.open({ ...options, process: 'g2' });
  await log.close(20_000);
  const keys = await store.list('predictions/m/');
  const rows = (await Promise.all(keys.map(async (key) => decodeSegment(await store.get(key))))).flat();
  expect(rows.length).toBeGreaterThanOrEqual(flushed);
  expect(rows.map(({ id, at, row }) => [id, at, row['x']])).toEqual(rows.map((_, n) => [String(n), n, n]));
  await rm(root, { recursive: true });
});
