import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulationResult } from '../src/simulation/simulate.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl;
const few = ['--ramps', '3'];
const simulate = async (...options: string[]) =>
  (await pawl.done('simulate', pawl.model, ...few, ...options)) as SimulationResult;

/** A champion that has answered callers, and a version that was on trial against it. */
beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout, 'monitor.every=1s', 'training.params.trees=20');
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  const traffic = new Traffic(pawl, await exampleRows('electricity', 300)).start(80);
  await pawl.run('release', pawl.model, '--reason', 'another one', '--override-gates', '--wait');
  await until('labels have come', async () => {
    const { labels } = (await pawl.done('status', pawl.model)) as { labels: { received: number } };
    return labels.received > 300;
  });
  await traffic.stop();
}, 300_000);
afterAll(() => pawl?.stop());

it('tells what a policy does on the traffic that gateways recorded, and draws it', async () => {
  const withoutDrift = ['--set', 'monitor.preset=classic'];
  await until('the log has been shipped', async () => {
    const { profile, drift } = await simulate(...withoutDrift);
    return profile.callers.count > 5 && drift === null;
  });
  const chart = join(pawl.folder, 'policy.png');
  const { profile, characteristics, drift } = await simulate('--out', chart);
  expect(profile.assumed.filter((sentence) => !/hours? of the day/.test(sentence))).toEqual([]);
  expect(Math.max(...profile.requestsPerSecond)).toBeGreaterThan(1);
  expect(profile.answers.task === 'binary-classification' && profile.answers.accuracy.positive).toBeGreaterThan(0.4);
  expect(characteristics.map(({ rollouts }) => rollouts)).toEqual([3, 3, 3, 3, 3, 3]);
  expect(drift?.delays.map(({ shift }) => shift)).toEqual([0.2, 0.5, 1, 0.2, 0.5, 1, 0.2, 0.5, 1]);
  expect([...(await readFile(chart)).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
}, 240_000);

it('refuses a picture of another kind, and a policy of another model', async () => {
  const { code, stderr } = await pawl.run('simulate', pawl.model, '--out', 'policy.pdf');
  expect([code, stderr]).toEqual([2, expect.stringContaining('ends in .svg or .png')]);
  const other = await pawl.run('simulate', 'nobody');
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('PAWL_MODEL_NOT_FOUND')]);
}, 60_000);
