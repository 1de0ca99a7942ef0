import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, type TestContext } from 'vitest';
import { PythonUnavailable } from '../../infra/programs/python-environment.ts';
import { packageFile } from '../../src/package-root.ts';
import { modelSpec } from '../../src/spec/schema.ts';
import { folderStore } from '../../src/storage/folder-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { s3Store } from '../../src/storage/s3-store.ts';
import { CommandBed } from '../../src/training/command/command-bed.testsuite.ts';
import { RayJobs } from '../../src/training/ray/client.ts';
import { trainByRay } from '../../src/training/ray/trainer.ts';
import type { TrainingControl } from '../../src/training/trainer.ts';
import { quietly } from '../../src/training/trainer.testsuite.ts';
import { until } from '../running-pawl.ts';
import { RayCluster } from './ray-cluster.ts';

/** What the trainer of a team does: it hands in the right files, which go along, and says what it saw. */
const script = (body: string) => `
import json, os, shutil, subprocess, sys, time
import pawl_trainer
job = pawl_trainer.job()
notes = os.environ.get("PAWL_TEST_NOTES", "")
def hand_in():
    for name, path in job.told["output"].items():
        shutil.copy(f"files/{name}", path)
${body}
`;

const withdrawn = new Error('withdrawn');

describe('training on a Ray cluster', () => {
  let cluster: RayCluster | PythonUnavailable;
  let bed: CommandBed;
  let notes: string;
  let release: string;

  beforeAll(async () => {
    bed = await CommandBed.make();
    await mkdir(join(bed.folder, 'files'));
    for (const name of ['model', 'report', 'golden']) {
      const from = `${name}.${name === 'model' ? 'onnx' : 'json'}`;
      await writeFile(join(bed.folder, 'files', name), readFileSync(join(bed.folder, from)));
    }
    cluster = await RayCluster.start().catch((error: unknown) => {
      if (error instanceof PythonUnavailable) return error;
      throw error;
    });
  }, 600_000);
  beforeEach(async () => {
    notes = await mkdtemp(join(tmpdir(), 'pawl-notes-'));
    release = `loans-${randomUUID().slice(0, 8)}/1`;
    return () => rm(notes, { recursive: true, force: true });
  });
  afterAll(async () => {
    if (cluster instanceof RayCluster) await cluster.stop();
    await bed?.remove();
  });

  const s3 = () =>
    s3Store({
      bucket: inject('s3Bucket'),
      prefix: randomUUID(),
      endpoint: inject('s3Endpoint'),
      credentials: { accessKeyId: inject('s3AccessKeyId'), secretAccessKey: inject('s3SecretAccessKey') },
    });

  const noted = (name: string) => (existsSync(join(notes, name)) ? readFileSync(join(notes, name), 'utf8') : '');

  /** Trains with a script in Python. */
  async function train(
    { skip }: TestContext,
    body: string,
    options: {
      store?: ObjectStore;
      keys?: Record<string, unknown>;
      ray?: Record<string, unknown>;
      control?: Partial<TrainingControl>;
    } = {},
  ) {
    if (!(cluster instanceof RayCluster)) return skip(`No Python for Ray here. ${cluster.message}`);
    await writeFile(
      join(bed.folder, 'train.py'),
      script(body).replace('os.environ.get("PAWL_TEST_NOTES", "")', JSON.stringify(notes)),
    );
    const spec = modelSpec.parse({
      model: release.slice(0, release.indexOf('/')),
      task: 'binary-classification',
      owner: 'tests',
      source: { files: '*.csv' },
      contract: {
        label: 'repaid',
        features: Object.fromEntries(bed.job.frame.features.map((name) => [name, { type: 'number' }])),
      },
      training: {
        trainer: 'ray',
        command: ['python', 'train.py'],
        ...options.keys,
        ray: { address: cluster.address, files: ['train.py', 'files'], ...options.ray },
      },
    });
    return trainByRay(
      bed.job,
      {
        spec,
        baseDirectory: bed.folder,
        release,
        dataset: { digest: 'sha256:00', rows: bed.job.frame.rows },
        prior: null,
        store: options.store ?? folderStore(join(notes, 'store')),
        cluster: { address: null, token: null },
        isWithdrawn: (reason) => Promise.resolve(reason === withdrawn),
      },
      quietly(options.control ?? {}),
    );
  }

  it('says which Ray it runs', async ({ skip }) => {
    if (!(cluster instanceof RayCluster)) return skip(`No Python for Ray here. ${cluster.message}`);
    const pinned = /ray\S*==(\S+)/.exec(readFileSync(packageFile('test/ray/requirements.txt'), 'utf8'))?.[1];
    expect(await new RayJobs(cluster.address, null).version()).toBe(pinned);
  });

  it('sends rows by links of S3 and takes a model back, without credentials, and leaves nothing in the store', async (context) => {
    const store = s3();
    const phases = new Set<string>();
    const body = `
columns = job.columns()
assert len(job.labels()) == ${bed.job.frame.rows}, len(job.labels())
assert not [name for name in os.environ if "SECRET" in name or name == "PAWL_TASK"], os.environ
assert os.environ["OMP_WAIT_POLICY"] == "passive" and os.environ["OMP_NUM_THREADS"] == "1"
for done in range(4):
    job.progress("epochs", done, 4)
    time.sleep(0.7)
hand_in()`;
    const trained = await train(context, body, { store, control: { onProgress: ({ phase }) => void phases.add(phase) } });
    expect(trained.params).toEqual(bed.job.params);
    expect([...phases]).toEqual(expect.arrayContaining(['epochs', 'check']));
    expect(await store.list('')).toEqual([]);
  }, 120_000);

  it('has the ends of a command: 64 is final, any other is tried again with a job of its own', async (context) => {
    await expect(train(context, 'print("no rows of use"); sys.exit(64)')).rejects.toMatchObject({
      code: 'PAWL_TRAINER_REFUSED',
      message: expect.stringContaining('no rows of use') as string,
    });
    const once = `
if not os.path.exists(notes + "/tried"):
    open(notes + "/tried", "w").close()
    sys.exit(3)
hand_in()`;
    await expect(train(context, once)).rejects.toMatchObject({
      code: 'PAWL_TRAINER_FAILED',
      message: expect.stringContaining('exit code 3') as string,
    });
    expect((await train(context, once))?.params).toEqual(bed.job.params);
  }, 120_000);

  it('ends what takes too long, with its children', async (context) => {
    const body = `
child = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 1000"])
open(notes + "/child", "w").write(str(child.pid))
time.sleep(1000)`;
    await expect(train(context, body, { keys: { time_budget: '2s' } })).rejects.toMatchObject({ code: 'PAWL_TRAINER_LIMIT' });
    expect(noted('child')).not.toBe('');
    await until('its child is gone', () => Promise.resolve(!existsSync(`/proc/${noted('child')}`)));
  }, 120_000);

  it('goes on following the same job after its worker has ended', async (context) => {
    const store = s3();
    const body = `
open(notes + "/starts", "a").write("x")
while not os.path.exists(notes + "/go"):
    time.sleep(0.1)
hand_in()`;
    const worker = new AbortController();
    const first = train(context, body, { store, control: { signal: worker.signal } });
    first.catch(() => undefined);
    await until('it runs', () => Promise.resolve(noted('starts') !== ''));
    worker.abort(new Error('the worker ends'));
    await expect(first).rejects.toThrow('the worker ends');
    const second = train(context, body, { store });
    await writeFile(join(notes, 'go'), '');
    expect((await second)?.params).toEqual(bed.job.params);
    expect(noted('starts')).toBe('x');
  }, 120_000);

  it('stops its job with the release, and takes its objects with it', async (context) => {
    const store = folderStore(join(notes, 'objects'));
    const wanted = new AbortController();
    const training = train(context, 'open(notes + "/pid", "w").write(str(os.getpid())); time.sleep(1000)', {
      store,
      control: { signal: wanted.signal },
    });
    training.catch(() => undefined);
    await until('it runs', () => Promise.resolve(noted('pid') !== ''));
    wanted.abort(withdrawn);
    await expect(training).rejects.toBe(withdrawn);
    const runs = () => existsSync(`/proc/${noted('pid')}`);
    await until('its process is gone', () => Promise.resolve(!runs()));
    expect(await store.list('')).toEqual([]);
  }, 120_000);

  it('does not wait for ever for a place, and says what Ray says', async (context) => {
    await expect(train(context, 'hand_in()', { ray: { cpus: 1000, wait: '2s' } })).rejects.toMatchObject({
      code: 'PAWL_TRAINER_LIMIT',
      problems: [{ subject: 'training.ray.wait', hint: expect.stringContaining('waiting for resources') as string }],
    });
  }, 120_000);

  it('says which files it cannot send, and that a cluster does not answer', async (context) => {
    await expect(train(context, '', { ray: { files: ['gone.py', '../elsewhere'] } })).rejects.toMatchObject({
      code: 'PAWL_TRAINER_NOT_FOUND',
      problems: [{ message: 'gone.py is not there' }, { message: '../elsewhere is outside of the folder of pawl.yaml' }],
    });
    await expect(train(context, '', { ray: { address: 'http://127.0.0.1:9' } })).rejects.toMatchObject({
      code: 'PAWL_RAY_UNAVAILABLE',
    });
    await expect(new RayJobs('http://127.0.0.1:9', null).find('x')).rejects.toMatchObject({ code: 'PAWL_RAY_UNAVAILABLE' });
  }, 60_000);
});
