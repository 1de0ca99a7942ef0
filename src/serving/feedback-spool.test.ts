import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FinalError, TransientError } from '../errors.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { FeedbackSpool, type FeedbackSpoolOptions, type SpooledLabel } from './feedback-spool.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-labels-'));
});
afterEach(() => rm(directory, { recursive: true }));

const label = (predictionId: string, model = 'm'): SpooledLabel => ({ model, predictionId, label: '1', observedAt: 1000 });
/** What the registry says of labels that are all new to it. */
const taken = { repeated: 0, conflicting: 0 };
const open = (process: string, write: FeedbackSpoolOptions['write'], shipMs = 5) =>
  FeedbackSpool.open({ directory, process, write, shipMs, logger: pino({ level: 'silent' }), metrics: createGatewayMetrics() });

describe('the feedback spool', () => {
  it('brings every label to the registry, by model, and leaves nothing behind', async () => {
    const written: string[] = [];
    const feedback = await open('g1', (model, labels) => {
      for (const { predictionId, observedAt } of labels) written.push(`${model}/${predictionId}/${observedAt.getTime()}`);
      return Promise.resolve(taken);
    });
    await feedback.accept([label('a'), label('b', 'n')]);
    await feedback.accept([label('c')]);
    await feedback.close(5000);
    expect(written.toSorted()).toEqual(['m/a/1000', 'm/c/1000', 'n/b/1000']);
    expect(await readdir(directory)).toEqual([]);
  });

  it('goes on accepting while the registry is away, and delivers when it is back', async () => {
    let away = true;
    const written: string[] = [];
    const feedback = await open('g1', (_, labels) => {
      if (away) return Promise.reject(new TransientError('PAWL_REGISTRY_UNAVAILABLE', 'away'));
      for (const { predictionId } of labels) written.push(predictionId);
      return Promise.resolve(taken);
    });
    await feedback.accept([label('a')]);
    await vi.waitFor(async () => expect((await readdir(directory)).length).toBeGreaterThan(0));
    await feedback.accept([label('b')]);
    away = false;
    await vi.waitFor(() => expect(written).toEqual(['a', 'b']), 5000);
    await feedback.close(5000);
  });

  it('delivers after a restart what an accepted label was left behind by a crash', async () => {
    const crashed = await open('g1', () => Promise.reject(new Error('away')), 3_600_000);
    await crashed.accept([label('a')]);
    const written: string[] = [];
    const next = await open('g2', (_, labels) => {
      written.push(...labels.map((one) => one.predictionId));
      return Promise.resolve(taken);
    });
    await vi.waitFor(() => expect(written).toEqual(['a']));
    await next.close(5000);
    await crashed.close(0);
  });

  it('tells what the registry says of labels that are not new', async () => {
    const metrics = createGatewayMetrics();
    const write = () => Promise.resolve({ repeated: 3, conflicting: 1 });
    const logger = pino({ level: 'silent' });
    const feedback = await FeedbackSpool.open({ directory, process: 'g1', write, shipMs: 5, logger, metrics });
    await feedback.accept([label('a'), label('a'), label('a')]);
    await feedback.close(5000);
    const text = await metrics.register.metrics();
    expect(text).toContain('pawl_labels_repeated_total{model="m"} 3');
    expect(text).toContain('pawl_labels_conflicting_total{model="m"} 1');
  });

  it('sets aside what the registry refuses for good, and goes on with the next', async () => {
    const written: string[] = [];
    const feedback = await open('g1', (model, labels) => {
      if (model === 'gone') return Promise.reject(new FinalError('PAWL_MODEL_NOT_FOUND', 'There is no model gone.'));
      for (const { predictionId } of labels) written.push(predictionId);
      return Promise.resolve(taken);
    });
    await feedback.accept([label('a', 'gone')]);
    await vi.waitFor(async () => expect(await readdir(directory)).toEqual([expect.stringMatching(/\.refused$/)]));
    await feedback.accept([label('b')]);
    await feedback.close(5000);
    expect(written).toEqual(['b']);
  });

  it('does not hold up a shutdown for longer than it may when the registry does not answer at all', async () => {
    const feedback = await open('g1', () => new Promise(() => undefined));
    await feedback.accept([label('a')]);
    await feedback.close(20);
    expect(await readdir(directory)).toHaveLength(1);
  });
});
