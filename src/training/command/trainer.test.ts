import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CommandBed, foldersLeft } from './command-bed.testsuite.ts';
import type { JobFile } from './job.ts';

let bed: CommandBed;
beforeAll(async () => {
  bed = await CommandBed.make();
});
afterAll(() => bed.remove());
afterEach(async () => {
  const left = await foldersLeft();
  if (left.length > 0) throw new Error(`Folders of trainings were left: ${left.join(', ')}`);
});

/** A process that has ended may stay in the table until init looks: it does not run. */
const runs = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc') || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

/** The process ids that a script has written to a file, once there are so many. */
async function pidsIn(file: string, count: number): Promise<number[]> {
  for (;;) {
    const text = await readFile(join(bed.folder, file), 'utf8').catch(() => '');
    const pids = text.split('\n').filter((line) => line !== '');
    if (pids.length >= count && text.endsWith('\n')) return pids.map(Number);
    await wait(10);
  }
}

async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(runs)) await wait(10);
}

describe('a trainer that is a command', () => {
  it('hands in a model that pawl serves, with shares of importance and the parameters as used', async () => {
    const report = JSON.stringify({ params: { depth: 4 }, importances: { signal: 3, flag: 1 }, metrics: { auc: 0.9 } });
    const { onnx, params, importances } = await bed.train(`hand_in; printf '%s' '${report}' > "$out/report.json"`);
    expect(onnx.length).toBeGreaterThan(100);
    expect(params).toEqual({ depth: 4 });
    expect(importances).toEqual({ signal: 0.75, flag: 0.25 });
  });

  it('is told all of the job, and finds the rows with their digest', async () => {
    await bed.train('cp "$PAWL_JOB" told.json; cp "$(dirname "$PAWL_JOB")/rows.csv" told.csv; hand_in', {
      time_budget: '90s',
      threads: 2,
    });
    const told = JSON.parse(await readFile(join(bed.folder, 'told.json'), 'utf8')) as JobFile;
    expect(told).toMatchObject({
      format: 1,
      release: 'loans/1',
      model: 'loans',
      task: 'binary-classification',
      data: { format: 'csv', rows: 400 },
      label: { name: 'repaid', classes: ['no', 'yes'] },
      params: { depth: 3 },
      seed: 7,
      threads: 2,
      time_budget_s: 90,
      weights: null,
      prior: null,
    });
    expect(told.features.map(({ name, type }) => `${name} ${type}`)).toContain('region category');
    const lines = (await readFile(join(bed.folder, 'told.csv'), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('signal,noise,constant,absent,flag,region,repaid');
    expect(lines).toHaveLength(401);
    const column = bed.job.frame.columns['noise'];
    const noise = lines.slice(1).map((line) => Math.fround(Number(line.split(',')[1])));
    expect(noise).toEqual(column?.type === 'number' ? [...column.values] : null);
  });

  it('gets how much rows count as a column', async () => {
    const weights = Float64Array.from({ length: 400 }, (_, row) => (row % 5) / 2);
    const script = 'cp "$PAWL_JOB" told.json; cp "$(dirname "$PAWL_JOB")/rows.csv" told.csv; hand_in';
    await bed.train(script, {}, {}, { weights });
    const told = JSON.parse(await readFile(join(bed.folder, 'told.json'), 'utf8')) as JobFile;
    expect(told.weights).toBe('weight');
    const lines = (await readFile(join(bed.folder, 'told.csv'), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('signal,noise,constant,absent,flag,region,repaid,weight');
    expect(lines.slice(1).map((line) => Number(line.split(',').at(-1)))).toEqual([...weights]);
  });

  it('gets threads that sleep, its own folder for temporary files, and none of the secrets of the worker', async () => {
    process.env['PAWL_REGISTRY_URL'] = 'postgres://secret';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    process.env['TEAM_TOKEN'] = 'wanted';
    try {
      await bed.train('env > told.env; hand_in', { threads: 3, environment: ['TEAM_TOKEN'] });
    } finally {
      for (const name of ['PAWL_REGISTRY_URL', 'AWS_SECRET_ACCESS_KEY', 'TEAM_TOKEN']) delete process.env[name];
    }
    const told = await readFile(join(bed.folder, 'told.env'), 'utf8');
    expect(told).toContain('OMP_WAIT_POLICY=passive');
    expect(told).toContain('OMP_NUM_THREADS=3');
    expect(told).toContain('TEAM_TOKEN=wanted');
    expect(told).toMatch(/^TMPDIR=.*pawl-training-/m);
    expect(told).not.toContain('secret');
  });

  it('passes its progress on', async () => {
    const seen: string[] = [];
    await bed.train(
      `echo starting; echo '{"phase":"trees","done":3,"total":9}'; while [ ! -f seen ]; do sleep 0.01; done; rm seen; hand_in`,
      {},
      {
        async onProgress({ phase, done, total }) {
          seen.push(`${phase} ${done}/${total}`);
          if (phase === 'trees') await writeFile(join(bed.folder, 'seen'), '');
        },
      },
    );
    expect(seen).toContain('trees 3/9');
  });
});

describe('a trainer that fails', () => {
  it('is final with exit code 64, and says what the trainer said', async () => {
    await expect(bed.train('echo "no rows of 1997" >&2; exit 64')).rejects.toMatchObject({
      code: 'PAWL_TRAINER_REFUSED',
      retryable: false,
      message: expect.stringContaining('no rows of 1997') as string,
    });
  });

  it.each([
    ['another exit code', 'echo "cannot reach the feature store" >&2; exit 1', 'exit code 1'],
    ['a signal', 'kill -s KILL $$', 'SIGKILL'],
  ])('is tried again after %s', async (_, script, how) => {
    await expect(bed.train(script)).rejects.toMatchObject({
      code: 'PAWL_TRAINER_FAILED',
      retryable: true,
      message: expect.stringContaining(how) as string,
    });
  });

  it('is not found where it is not, nor where its folder is not', async () => {
    await expect(bed.run(['./not-there'])).rejects.toMatchObject({ code: 'PAWL_TRAINER_NOT_FOUND' });
    await expect(bed.run(['no-such-program'])).rejects.toMatchObject({ code: 'PAWL_TRAINER_NOT_FOUND' });
  });

  it('is stopped when its time is used up, with the children that it has forked and those that have left its group', async () => {
    const script = `echo $$ > hung.pids
sh -c 'trap "" TERM; echo $$ >> hung.pids; while :; do sleep 1; done' &
while [ "$(wc -l < hung.pids)" -lt 2 ]; do sleep 0.01; done
node -e 'const c = require("node:child_process").spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
require("node:fs").appendFileSync("hung.pids", c.pid + "\\n"); c.unref()'
wait`;
    await expect(bed.train(script, { time_budget: '1s' })).rejects.toMatchObject({
      code: 'PAWL_TRAINER_LIMIT',
      retryable: false,
      problems: [expect.objectContaining({ subject: 'training.time_budget' })],
    });
    await untilGone(await pidsIn('hung.pids', 3));
  });

  it('leaves no child behind when it has ended well', async () => {
    await bed.train('sleep 1000 & echo $! > left.pids; hand_in');
    await untilGone(await pidsIn('left.pids', 1));
  });

  it('is asked to stop when the release is cancelled, and may tidy up', async () => {
    const stop = new AbortController();
    const running = bed.train(
      `trap 'echo tidied > tidied; kill $! ; exit 1' TERM; echo $$ > cancelled.pids; sleep 1000 & wait`,
      {},
      { signal: stop.signal },
    );
    const [settled] = await Promise.all([
      running.catch((error: unknown) => error),
      pidsIn('cancelled.pids', 1).then(() => stop.abort(new Error('cancelled'))),
    ]);
    expect(settled).toEqual(new Error('cancelled'));
    expect(await readFile(join(bed.folder, 'tidied'), 'utf8')).toBe('tidied\n');
    await untilGone(await pidsIn('cancelled.pids', 1));
  });

  it.each([
    ['in many files', 'i=0; while :; do i=$((i+1)); head -c 2000000 /dev/zero > "$TMPDIR/$i"; done'],
    ['in one', 'exec head -c 2000000000 /dev/zero > "$TMPDIR/one"'],
  ])('is stopped when it fills the disk %s', async (_, script) => {
    await expect(bed.train(script, { disk: '20MB', time_budget: '15s' })).rejects.toMatchObject({
      code: 'PAWL_TRAINER_LIMIT',
      problems: [expect.objectContaining({ subject: 'training.disk' })],
    });
  });

  it('may print as much as it likes: the end of it is kept, and the time budget ends it', async () => {
    await expect(bed.train('echo first; yes "a line that nobody reads"', { time_budget: '1s' })).rejects.toMatchObject({
      code: 'PAWL_TRAINER_LIMIT',
      message: expect.stringMatching(/^(?!.*first)[^]{0,4200}$/) as string,
    });
  });
});
