import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../infra/servers/free-port.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

let pawl: RunningPawl;
const ports = { pipeline: 0, training: 0 };

beforeAll(async () => {
  // Nobody listens there: what is to be told waits.
  const nobody = `http://127.0.0.1:${await freePort()}`;
  pawl = await RunningPawl.start({
    example: 'electricity',
    processes: ['gateway'],
    environment: { PAWL_OPENLINEAGE_URL: nobody },
  });
  for (const kind of ['pipeline', 'training'] as const) {
    ports[kind] = await freePort();
    pawl.environment['PAWL_METRICS_PORT'] = String(ports[kind]);
    await pawl.startProcess(kind);
  }
});
afterAll(() => pawl?.stop());

/** The samples of a worker, by name with labels. */
async function scrape(kind: keyof typeof ports): Promise<Map<string, number>> {
  const response = await fetch(`http://127.0.0.1:${ports[kind]}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
const ends = (samples: Map<string, number>, activity: string) =>
  Object.fromEntries(
    ['done', 'taken', 'refused', 'failed', 'cancelled'].flatMap((end) => {
      const count = samples.get(`pawl_activity_seconds_count{activity="${activity}",end="${end}"}`);
      return count === undefined ? [] : [[end, count]];
    }),
  );

it('tells Prometheus of steps as they end, of what waits for others, and what Temporal tells of itself', async () => {
  await pawl.apply(...quickRollout, 'training.params.trees=20', 'evaluation.gates=[{ auc: { at_least: 0.99 } }]');
  for (const reason of ['first', 'once more']) await pawl.run('release', pawl.model, '--reason', reason, '--wait');
  await pawl.apply(...quickRollout, 'contract.rows.at_least=1000000');
  await pawl.run('release', pawl.model, '--reason', 'with too few rows', '--wait');

  const pipeline = await scrape('pipeline');
  expect(ends(pipeline, 'ingest')).toEqual({ done: 1, taken: 2 });
  expect(ends(pipeline, 'validate')).toEqual({ done: 1, taken: 1, refused: 1 });
  expect(pipeline.get('pawl_activities_under_way{activity="ingest"}')).toBe(0);
  expect(pipeline.get('pawl_activity_seconds_sum{activity="ingest",end="done"}')).toBeGreaterThan(0.01);
  expect(pipeline.get('pawl_outbox_waiting{receiver="openlineage"}')).toBeGreaterThan(3);
  expect(pipeline.get('pawl_outbox_oldest_seconds{receiver="openlineage"}')).toBeGreaterThan(0.5);
  expect(pipeline.get('pawl_outbox_refused{receiver="openlineage"}')).toBe(0);
  const names = [...pipeline.keys()].map((key) => key.replace(/\{.*/, ''));
  expect(names).toContain('process_cpu_seconds_total');
  expect(names).toContain('temporal_workflow_completed_total');
  // What docs/metrics.md asks for.
  expect(names).toContain('temporal_activity_schedule_to_start_latency_seconds_bucket');

  const training = await scrape('training');
  expect(ends(training, 'train')).toEqual({ done: 1, taken: 1 });
  // It sends nothing, and so tells nothing of what waits.
  expect([...training.keys()].filter((key) => key.startsWith('pawl_outbox_waiting'))).toEqual([]);
  expect((await fetch(`http://127.0.0.1:${ports.training}/other`)).status).toBe(404);
}, 180_000);

it('goes on telling of itself while the registry is away, and ends with its worker', async () => {
  await pawl.process('pipeline').stop(8000);
  await expect(scrape('pipeline')).rejects.toThrow('fetch failed');
  pawl.environment['PAWL_METRICS_PORT'] = '0';
  pawl.environment['PAWL_REGISTRY_URL'] = 'postgres://127.0.0.1:1/pawl';
  await pawl.startProcess('pipeline', 'pipeline without');
  ports.pipeline = Number(/"metricsPort":(\d+)/.exec(readFileSync(join(pawl.folder, 'pipeline without.log'), 'utf8'))?.[1]);
  await until('it answers', async () => (await scrape('pipeline')).size > 0);
  expect([...(await scrape('pipeline')).keys()].filter((key) => key.startsWith('pawl_outbox_waiting'))).toEqual([]);
}, 60_000);
