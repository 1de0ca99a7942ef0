import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { PythonUnavailable } from '../../infra/programs/python-environment.ts';
import { Graph } from '../../src/onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../src/onnx/signature.ts';
import { getVersion } from '../../src/registry/versions.ts';
import { getRelease } from '../../src/registry/releases.ts';
import { quickRollout, RunningPawl, until } from '../running-pawl.ts';
import { RayCluster } from './ray-cluster.ts';

/** What a team's trainer might be that has learned nothing: one half for everybody. */
const script = `
import os, time
import pawl_trainer
job = pawl_trainer.job()
open(job.params["notes"] + "/starts", "a").write("x")
while not os.path.exists(job.params["notes"] + "/go"):
    time.sleep(0.1)
job.save(open("half.onnx", "rb").read(), scores=[0.5 for row in job.golden])
`;

function halfForAll(features: readonly string[]): Uint8Array {
  const signature: ModelSignature = {
    format: 1,
    task: 'binary-classification',
    features: features.map((name) => ({ name, type: 'number' })),
    classes: ['0', '1'],
    threshold: 0.5,
  };
  const graph = new Graph('half');
  const row = graph.node('Concat', features.map(inputOf), { axis: { int: 1 } });
  const known = graph.node('Cast', [graph.node('IsNaN', [row])], { to: { int: 1 } });
  const nothing = graph.node('Mul', [graph.node('ReduceMax', [known, graph.integers([1])]), graph.floats([1, 1], [0])]);
  graph.node('Sigmoid', [nothing], {}, '', 'score');
  return graph.encode(signature);
}

describe('releases by a Ray cluster, with real processes', () => {
  let cluster: RayCluster | PythonUnavailable;
  let pawl: RunningPawl;
  const noted = (name: string) => (existsSync(join(pawl.folder, name)) ? readFileSync(join(pawl.folder, name), 'utf8') : '');
  const rayJobs = async () => {
    const answer = await fetch(`${cluster instanceof RayCluster ? cluster.address : ''}/api/jobs/`);
    return (await answer.json()) as { status: string; metadata: Record<string, string> }[];
  };
  const begun = async (context: TestContext) => {
    if (cluster instanceof PythonUnavailable) return context.skip(`No Python for Ray here. ${cluster.message}`);
    writeFileSync(join(pawl.folder, 'starts'), '');
    const { release } = (await pawl.done('release', pawl.model, '--reason', 'on a cluster', '--override-gates')) as {
      release: string;
    };
    await until('its trainer runs', () => Promise.resolve(noted('starts') !== ''), {
      seconds: 150,
      log: () => noted('pipeline.log') + noted('training.log'),
    });
    return release;
  };

  beforeAll(async () => {
    cluster = await RayCluster.start().catch((error: unknown) => {
      if (error instanceof PythonUnavailable) return error;
      throw error;
    });
    if (cluster instanceof PythonUnavailable) return;
    pawl = await RunningPawl.start({ example: 'electricity' });
    const features = ['period', 'nswprice', 'nswdemand', 'vicprice', 'vicdemand', 'transfer'];
    writeFileSync(join(pawl.folder, 'example', 'train.py'), script);
    writeFileSync(join(pawl.folder, 'example', 'half.onnx'), halfForAll(features));
    await pawl.apply(
      ...quickRollout,
      'training.trainer=ray',
      `training.params={ notes: ${JSON.stringify(pawl.folder)} }`,
      'training.command=[python, train.py]',
      `training.ray={ address: "${cluster.address}", files: [train.py, half.onnx] }`,
    );
  }, 600_000);
  afterAll(async () => {
    if (cluster instanceof RayCluster) await cluster.stop();
    await pawl?.stop();
  });

  it('a release that is withdrawn stops its job', async (context) => {
    const release = await begun(context);
    await pawl.done('rollback', pawl.model, '--reason', 'not now');
    await until('the release has ended', async () => (await getRelease(pawl.registry, release)).outcome !== null);
    await until('its job is stopped', async () =>
      (await rayJobs()).every(({ status, metadata }) => metadata['pawl_release'] !== release || status === 'STOPPED'),
    );
  }, 300_000);

  it('a worker that is killed leaves its job to another one, and nothing is trained twice', async (context) => {
    const release = await begun(context);
    await pawl.kill('training');
    await pawl.startProcess('training', 'training 2');
    writeFileSync(join(pawl.folder, 'go'), '');
    await until('there is a version', async () => (await getRelease(pawl.registry, release)).version !== null);
    expect(noted('starts')).toBe('x');
    expect(await getVersion(pawl.registry, pawl.model, 1)).toMatchObject({ trainer: 'ray', overridden: true });
    expect((await rayJobs()).filter(({ metadata }) => metadata['pawl_release'] === release)).toHaveLength(1);
    expect((await pawl.store.list('ray/')).length).toBe(0);
  }, 300_000);
});
