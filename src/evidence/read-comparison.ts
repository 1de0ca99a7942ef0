import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureFiles } from '../data/measure-files.ts';
import { FinalError } from '../errors.ts';
import type { MeasuredFeature } from '../monitoring/measures.ts';
import type { Registry } from '../registry/registry.ts';
import { readServed, readVersionHistory } from '../registry/version-history.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { compareVersions, type ComparedVersion, type VersionComparison } from './compare-versions.ts';

interface Sources {
  readonly registry: Registry;
  readonly store: ObjectStore;
}

/**
 * Reads two versions of a model and holds them against each other; both datasets are read to say how their columns lie apart.
 * @throws FinalError PAWL_VERSION_NOT_FOUND
 */
export async function readComparison(sources: Sources, model: string, from: number, to: number): Promise<VersionComparison> {
  const [before, after] = await Promise.all([readVersion(sources, model, from), readVersion(sources, model, to)]);
  return compareVersions(before, after, await measured(sources.store, before, after));
}

async function readVersion({ registry, store }: Sources, model: string, version: number): Promise<ComparedVersion> {
  const [history, served] = await Promise.all([
    readVersionHistory(registry, model, version),
    readServed(registry, model, version),
  ]);
  return { ...history, served, bytes: history.evaluation?.bytes ?? (await sizeIn(store, history)) };
}

/** Versions of before their size was kept are read for it. */
async function sizeIn(store: ObjectStore, { record }: Pick<ComparedVersion, 'record'>): Promise<number | null> {
  if (record.incumbent !== null) return null;
  return (await unlessGone(store.get(record.uri)))?.length ?? null;
}

/** The features that both take as the same type. Null where there is nothing to compare: one dataset, or one that is gone. */
async function measured(
  store: ObjectStore,
  { dataset: before, spec: one }: ComparedVersion,
  { dataset: after, spec: other }: ComparedVersion,
): Promise<MeasuredFeature[] | null> {
  if (before === null || after === null || before.digest === after.digest) return null;
  const earlier = one?.spec.contract.features ?? {};
  const features = Object.entries(other?.spec.contract.features ?? {}).filter(([name, { type }]) => earlier[name]?.type === type);
  if (features.length === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'pawl-diff-'));
  try {
    const reference = await unlessGone(store.localPath(before.uri, folder));
    const sample = await unlessGone(store.localPath(after.uri, folder));
    if (reference === null || sample === null) return null;
    return await measureFiles({ reference, sample }, Object.fromEntries(features), { exact: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND') return null;
    throw error;
  }
}
