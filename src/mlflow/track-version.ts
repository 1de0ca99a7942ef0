import { stringify } from 'yaml';
import { cardCycloneDx } from '../evidence/card-cyclonedx.ts';
import { cardMarkdown } from '../evidence/card-markdown.ts';
import { modelCard } from '../evidence/model-card.ts';
import { packageVersion } from '../package-root.ts';
import { getAttestation } from '../registry/attestations.ts';
import { getDataset } from '../registry/datasets.ts';
import type { Registry } from '../registry/registry.ts';
import { getRelease, type ReleaseRecord } from '../registry/releases.ts';
import { getVersion, type VersionRecord } from '../registry/versions.ts';
import { readVersionHistory } from '../registry/version-history.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

interface Parts {
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly server: MlflowServer;
}

/** What is told of a version: that it is there, or how its release ended. */
export interface VersionMessage {
  readonly version: number;
  readonly outcome?: string;
  readonly because?: string;
}

/** A run as the server gives it. */
interface Run {
  readonly info: { readonly run_id: string; readonly artifact_uri: string; readonly status: string };
}

/** The run of a version is found by this: the id of the workflow run that made it, which no two registries share. */
const identity = 'pawl.run';
/** What the server takes at once (mlflow.org/docs/latest/rest-api.html#log-batch), and of one value. */
const largestBatch = 100;
const longestValue = 6000;

/**
 * Keeps a version as a run of the experiment `pawl/<model>`: parameters, metrics, its dataset, tags, and the artifact as a model that
 * MLflow loads. Again, it changes nothing; what was begun is brought to its end.
 * @throws MlflowRefusal, TransientError PAWL_MLFLOW_UNAVAILABLE
 */
export async function trackVersion(parts: Parts, model: string, message: VersionMessage): Promise<void> {
  const record = await getVersion(parts.registry, model, message.version);
  // Neither an endpoint nor the copy of a drill is a version that a release has made.
  if (record.release === null || record.copyOf !== null) return;
  const release = await getRelease(parts.registry, record.release);
  const run = await keepRun(parts, record, release);
  if (message.outcome === undefined) return;
  // By now it is known who let it through.
  await putArtifacts(parts.server, run, await cardOf(parts.registry, record));
  await parts.server.call('runs/log-batch', {
    body: {
      run_id: run.info.run_id,
      tags: tagsOf({ 'pawl.outcome': message.outcome, 'pawl.because': message.because ?? '' }),
    },
  });
}

async function keepRun({ registry, store, server }: Parts, record: VersionRecord, release: ReleaseRecord): Promise<Run> {
  const { model, version, params, seed, metrics, trainer } = record;
  const experiment = await experimentOf(server, `pawl/${model}`);
  const found = await findRun(server, experiment, release.runId);
  if (found?.info.status === 'FINISHED') return found;
  const run = found ?? (await createRun(server, experiment, record, release));
  const { run_id: id } = run.info;

  const signed = await signatureOf(registry, record);
  const tags = {
    'pawl.version': `${model}/v${version}`,
    'pawl.release': release.id,
    'pawl.dataset': record.datasetDigest ?? '',
    'pawl.artifact': record.digest,
    'pawl.spec': release.specDigest,
    'pawl.overridden': String(record.overridden),
    'pawl.signed_by': signed?.keyid ?? '',
  };
  const values = Object.entries({ trainer, seed, ...params }).map(([key, value]) => ({ key: plain(key), value: said(value) }));
  const timestamp = record.createdAt.getTime();
  // MLflow has no name for a number that is none.
  const numbers = Object.entries(metrics).flatMap(([key, value]) =>
    Number.isFinite(value) ? [{ key: plain(key), value, timestamp, step: 0 }] : [],
  );
  await server.call('runs/log-batch', { body: { run_id: id, metrics: numbers, tags: tagsOf(tags) } });
  for (let from = 0; from < values.length; from += largestBatch)
    await server.call('runs/log-batch', { body: { run_id: id, params: values.slice(from, from + largestBatch) } });
  await logDataset(registry, server, id, record);
  await putArtifacts(server, run, {
    'model/model.onnx': await store.get(record.uri),
    'model/MLmodel': Buffer.from(descriptionOf(id, record)),
    'gates.json': Buffer.from(JSON.stringify(record.gates, null, 2)),
    'importances.json': Buffer.from(JSON.stringify(record.importances, null, 2)),
    ...(signed === null ? {} : { 'attestation.json': Buffer.from(signed.envelope) }),
    ...(await cardOf(registry, record)),
  });
  await server.call('runs/update', { body: { run_id: id, status: 'FINISHED', end_time: timestamp } });
  return run;
}

async function experimentOf(server: MlflowServer, name: string): Promise<string> {
  const byName = () =>
    server.call<{ experiment: { experiment_id: string } }>('experiments/get-by-name', { query: { experiment_name: name } });
  try {
    return (await byName()).experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.reason !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  try {
    return (await server.call<{ experiment_id: string }>('experiments/create', { body: { name } })).experiment_id;
  } catch (error) {
    // Somebody else has made it since.
    if (!(error instanceof MlflowRefusal) || error.reason !== 'RESOURCE_ALREADY_EXISTS') throw error;
    return (await byName()).experiment.experiment_id;
  }
}

async function findRun(server: MlflowServer, experiment: string, runId: string): Promise<Run | null> {
  const { runs = [] } = await server.call<{ runs?: Run[] }>('runs/search', {
    body: { experiment_ids: [experiment], filter: `tags.\`${identity}\` = '${runId}'`, max_results: 1 },
  });
  return runs[0] ?? null;
}

async function createRun(
  server: MlflowServer,
  experiment: string,
  { model, version, trainer }: VersionRecord,
  release: ReleaseRecord,
): Promise<Run> {
  const { run } = await server.call<{ run: Run }>('runs/create', {
    body: {
      experiment_id: experiment,
      run_name: `${model} v${version}`,
      start_time: release.startedAt.getTime(),
      tags: tagsOf({
        [identity]: release.runId,
        'mlflow.source.name': `pawl ${packageVersion()}`,
        'mlflow.source.type': 'JOB',
        'mlflow.note.content': `v${version} of ${model}, by ${release.id} (${trainer}).`,
      }),
    },
  });
  return run;
}

/** The rows as an input of the run; MLflow's digests are short. */
async function logDataset(
  registry: Registry,
  server: MlflowServer,
  run: string,
  { datasetDigest, model }: VersionRecord,
): Promise<void> {
  if (datasetDigest === null) return;
  const { digest, rows, oldest, newest, uri } = await getDataset(registry, datasetDigest);
  const dataset = {
    name: `${model}.dataset`,
    digest: digest.slice('sha256:'.length, 'sha256:'.length + 32),
    source_type: 'pawl',
    source: JSON.stringify({ uri, digest }),
    profile: JSON.stringify({ rows, oldest, newest }),
  };
  const tags = [{ key: 'mlflow.data.context', value: 'training' }];
  await server.call('runs/log-inputs', { body: { run_id: run, datasets: [{ dataset, tags }] } });
}

/** Where the server takes artifacts itself; where it leaves that to its clients, a tag says that there are none. */
async function putArtifacts(server: MlflowServer, { info }: Run, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(info.artifact_uri)?.[1];
  if (root === undefined) {
    const why = `not put: the server keeps them at ${info.artifact_uri} and does not take them itself (--serve-artifacts)`;
    await server.call('runs/log-batch', { body: { run_id: info.run_id, tags: tagsOf({ 'pawl.artifacts': why }) } });
    return;
  }
  for (const [path, bytes] of Object.entries(files)) await server.put(`${root}/${path}`, bytes);
}

/** `MLmodel`, by which MLflow loads the artifact (mlflow.org/docs/latest/model/#model-format). */
function descriptionOf(run: string, { createdAt }: VersionRecord): string {
  return stringify({
    artifact_path: 'model',
    run_id: run,
    utc_time_created: createdAt.toISOString().replace('T', ' ').replace('Z', ''),
    flavors: {
      onnx: { data: 'model.onnx', providers: ['CPUExecutionProvider'] },
      python_function: { data: 'model.onnx', loader_module: 'mlflow.onnx' },
    },
  });
}

/** The model card for people and for machines. */
async function cardOf(registry: Registry, { model, version }: VersionRecord): Promise<Record<string, Uint8Array>> {
  const card = modelCard(await readVersionHistory(registry, model, version));
  return {
    'card.md': Buffer.from(cardMarkdown(card)),
    'card.cdx.json': Buffer.from(JSON.stringify(cardCycloneDx(card), null, 2)),
  };
}

/** Of the attestation that stands: with who let the version through, where that is known yet. */
async function signatureOf(registry: Registry, { model, version }: VersionRecord) {
  return (
    (await getAttestation(registry, model, version, 'released')) ??
    (await getAttestation(registry, model, version, 'registered')) ??
    null
  );
}

const tagsOf = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value: value.slice(0, longestValue) }));

/** Names of MLflow have no other characters. */
const plain = (name: string) => name.replaceAll(/[^\w./ -]/g, '_').slice(0, 250);

function said(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, longestValue);
}
