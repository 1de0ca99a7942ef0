import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { digestOf } from '../src/data/content-address.ts';
import type { Digest } from '../src/data/dataset.ts';
import { FinalError } from '../src/errors.ts';
import { fetchOnnx, resolveVersion } from '../src/mlflow/fetch-model.ts';
import type { MlflowServer } from '../src/mlflow/server.ts';
import { weightFiles, withWeights } from '../src/onnx/external-weights.ts';
import type { HandedIn } from '../src/registry/imports.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { type ImportedFile, largestImport } from '../src/training/import/adopt-import.ts';
import { type GoldenFile, parseGolden } from '../src/training/import/golden-file.ts';

interface Surroundings {
  readonly store: ObjectStore;
  readonly mlflow: MlflowServer | null;
  /** Where paths of pawl.yaml start. */
  readonly baseDirectory: string;
  readonly signal: AbortSignal;
}

/** A file from elsewhere, as its bytes and by its name. */
export interface Fetched extends ImportedFile {
  /** Of the file as it came, its weights with it. */
  readonly digest: Digest;
  /** A phrase for people, such as `models:/price@prod (version 7)`. */
  readonly said: string;
}

/** What a person brings, or what pawl.yaml names: files of the object store, or paths. */
export type AnySource = (HandedIn | { readonly mlflow: string } | { readonly onnx: string }) & {
  readonly golden?: HandedIn | string;
};

/** What a spec names to import; null where it trains. */
export function importOfSpec({ training }: ModelSpec): AnySource | null {
  const { trainer, import: named } = training;
  if (trainer !== 'import' || named === undefined) return null;
  const { golden } = named;
  const source = named.mlflow === undefined ? { onnx: named.onnx ?? '' } : { mlflow: named.mlflow };
  return { ...source, ...(golden === undefined ? {} : { golden }) };
}

/**
 * Gets a model from where it is.
 * @throws FinalError PAWL_IMPORT_NOT_FOUND, PAWL_IMPORT_REFUSED, PAWL_MLFLOW_REFUSED; TransientError PAWL_MLFLOW_UNAVAILABLE
 */
export async function fetchImport(source: AnySource, around: Surroundings): Promise<Fetched> {
  const golden = source.golden === undefined ? null : await fetchGolden(source.golden, around);
  if ('mlflow' in source) return { ...(await fromMlflow(source.mlflow, around)), golden };
  const found =
    'object' in source
      ? { file: source.file, onnx: await around.store.get(source.object) }
      : { file: source.onnx, onnx: await fromFolder(resolve(around.baseDirectory, source.onnx)) };
  const digest = digestOf(found.onnx);
  return { onnx: found.onnx, digest, said: found.file, origin: { file: found.file, digest }, golden };
}

async function fetchGolden(golden: HandedIn | string, { store, baseDirectory }: Surroundings): Promise<GoldenFile> {
  if (typeof golden !== 'string') return parseGolden(golden.file, await store.get(golden.object));
  return parseGolden(golden, await bytesOf(resolve(baseDirectory, golden)));
}

async function fromMlflow(uri: string, { mlflow, signal }: Surroundings): Promise<Omit<Fetched, 'golden'>> {
  if (mlflow === null)
    throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${uri} is in an MLflow registry, and this worker knows none.`, {
      problems: [{ subject: 'PAWL_MLFLOW_URL', message: 'PAWL_MLFLOW_URL is not set for this training worker.' }],
    });
  const version = await resolveVersion(mlflow, uri, signal);
  const onnx = await fetchOnnx(mlflow, version, largestImport, signal);
  const digest = digestOf(onnx);
  const origin = { mlflow: uri, version: version.version, ...(version.run === null ? {} : { run: version.run }), digest };
  return { onnx, digest, said: `${uri} (version ${version.version})`, origin };
}

/**
 * An ONNX file, with weights that lie beside it put into it.
 * @throws FinalError PAWL_IMPORT_NOT_FOUND
 */
async function fromFolder(path: string): Promise<Uint8Array> {
  const onnx = await bytesOf(path);
  const weights = new Map<string, Uint8Array>();
  for (const name of weightFiles(onnx)) weights.set(name, await bytesOf(join(dirname(path), name)));
  return withWeights(onnx, weights);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${path} cannot be opened on this machine.`, {
      problems: [{ subject: 'training.import', message: (cause as Error).message, hint: 'a path from the folder of pawl.yaml' }],
      cause,
    });
  });
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${path} is no file.`);
    if (facts.size > largestImport)
      throw new FinalError('PAWL_IMPORT_REFUSED', `${basename(path)} has more than ${largestImport / 1e6} MB.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
