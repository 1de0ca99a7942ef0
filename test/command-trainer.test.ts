import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getChampion } from '../src/registry/champion.ts';
import { getRelease } from '../src/registry/releases.ts';
import { marked } from '../src/training/command/marked-processes.ts';
import type { JobFile } from '../src/training/command/job.ts';
import { foldersLeft } from '../src/training/command/command-bed.testsuite.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows } from './traffic.ts';

/** A trainer says that it runs, with its mark and its job, and hangs. */
const hanging = 'echo "$PAWL_TRAINING" > mark; cp "$PAWL_JOB" job.json; trap "" TERM; sleep 1000 & wait; sleep 1000';

describe('releases by a command, with real processes', () => {
  let pawl: RunningPawl;
  const inFolder = (name: string) => join(pawl.folder, 'example', name);
  const text = (name: string) => {
    try {
      return readFileSync(inFolder(name), 'utf8').trim();
    } catch {
      return '';
    }
  };
  const trainer = async (script: string) => {
    writeFileSync(inFolder('train.sh'), script);
    writeFileSync(inFolder('mark'), '');
    await pawl.apply(...quickRollout, 'training.trainer=command', 'training.params={}', 'training.command=[sh, train.sh]');
  };
  /** Starts a release and waits until its trainer runs. */
  const releaseInTraining = async () => {
    const { release } = (await pawl.done('release', pawl.model, '--reason', 'to be interrupted')) as { release: string };
    await until('the trainer runs', () => Promise.resolve(text('mark') !== ''));
    return { release, mark: `PAWL_TRAINING=${text('mark')}` };
  };
  const championStays = async () => {
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
    expect(await pawl.predict((await exampleRows('electricity', 1))[0]?.row ?? {}, 'somebody')).toMatchObject({ version: 1 });
  };

  beforeAll(async () => {
    pawl = await RunningPawl.start({ example: 'electricity' });
    await pawl.apply(...quickRollout);
    await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  }, 120_000);
  afterAll(() => pawl?.stop());

  it('a trainer that writes garbage fails its release with a code, and the champion stays', async () => {
    await trainer('for f in model.onnx report.json golden.json; do echo garbage > "$(dirname "$PAWL_JOB")/out/$f"; done');
    const { code, value } = await pawl.run('release', pawl.model, '--reason', 'garbage', '--wait');
    expect(code).not.toBe(0);
    expect(value).toMatchObject({ outcome: 'failed', version: null });
    expect((value as { because: string }).because).toContain('PAWL_TRAINER_OUTPUT_INVALID');
    await championStays();
  }, 120_000);

  it('a release that is withdrawn takes its trainer with it; the trainer had the champion to go on from', async () => {
    await trainer(hanging);
    const { release, mark } = await releaseInTraining();
    expect(JSON.parse(text('job.json')) as JobFile).toMatchObject({ prior: { version: 1 }, release });
    expect(await marked(mark)).not.toEqual([]);
    await pawl.done('rollback', pawl.model, '--reason', 'not now');
    await until('the release has ended', async () => (await getRelease(pawl.registry, release)).outcome !== null);
    await until('nothing of it runs', async () => (await marked(mark)).length === 0);
    await championStays();
  }, 120_000);

  it('a worker that is killed takes its trainer with it, and another one trains again', async () => {
    await trainer(hanging);
    const { release, mark } = await releaseInTraining();
    const { pid } = pawl.process('training');
    await pawl.kill('training');
    await until('nothing of it runs', async () => (await marked(mark)).length === 0);
    writeFileSync(inFolder('train.sh'), 'echo "nothing to learn" >&2; exit 64');
    await pawl.startProcess('training', 'training 2');
    await until('the release has ended', async () => (await getRelease(pawl.registry, release)).outcome !== null);
    expect(await getRelease(pawl.registry, release)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('nothing to learn') as string,
    });
    await championStays();
    expect(await foldersLeft(pid)).toEqual([]);
  }, 120_000);
});
