import { isAbsolute, join } from 'node:path';
import type { ColumnProfile, DatasetManifest, DatasetRef, SnapshotRef, SnapshotSources } from '../data/dataset.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { Facets } from './facets.ts';
import type { InputDataset, OutputDataset, Teller } from './run-event.ts';

/** More files than these are told as the pattern that found them. */
const mostFiles = 200;

/** Types of the contract as the columns of a table have them. */
const columnTypes = { number: 'DOUBLE', boolean: 'BOOLEAN', category: 'VARCHAR' } as const;

/** Where an object is, as OpenLineage names places (openlineage.io/docs/spec/naming). */
export function placeOf(uri: string): { namespace: string; name: string } {
  const { protocol, host, pathname } = new URL(uri);
  const path = decodeURIComponent(pathname);
  return protocol === 'file:' ? { namespace: 'file', name: path } : { namespace: `${protocol}//${host}`, name: path.slice(1) };
}

/** What pawl makes of one kind for a model has one name, so that a graph of it holds together; the content is its version. */
function made(teller: Teller, name: string, uri: string, version: string, facets: Facets) {
  return {
    namespace: teller.namespace,
    name,
    facets: {
      ...teller.facets.write('version', { datasetVersion: version }),
      ...teller.facets.write('symlinks', { identifiers: [{ ...placeOf(uri), type: 'LOCATION' }] }),
      ...facets,
    },
  };
}

/** The files that a snapshot was read from. */
export function sourceFiles(
  { source }: Pick<ModelSpec, 'source'>,
  baseDirectory: string,
  { files }: SnapshotSources,
): InputDataset[] {
  const at = (path: string): InputDataset => ({
    namespace: 'file',
    name: isAbsolute(path) ? path : join(baseDirectory, path),
    facets: {},
    inputFacets: {},
  });
  return files.length > mostFiles ? [at(source.files)] : files.map(({ path }) => at(path));
}

/** The rows of the source as one snapshot. */
export function snapshotDataset(
  teller: Teller,
  spec: ModelSpec,
  { uri, digest, rows }: SnapshotRef,
  manifest: Pick<DatasetManifest, 'violations' | 'dataset'> | null = null,
): InputDataset & OutputDataset {
  const { facets } = teller;
  return {
    ...made(teller, `${spec.model}.snapshot`, uri, digest, facets.write('schema', { fields: fieldsOf(spec) })),
    inputFacets: manifest === null ? {} : facets.write('dataQualityAssertions', { assertions: assertionsOf(manifest) }),
    outputFacets: facets.write('outputStatistics', { rowCount: rows }),
  };
}

/** The rows that met the contract. @param manifest with which it is known how its columns look */
export function datasetOf(
  teller: Teller,
  spec: ModelSpec,
  { uri, digest, rows }: DatasetRef,
  manifest: Pick<DatasetManifest, 'profile'> | null = null,
): InputDataset & OutputDataset {
  const { facets } = teller;
  return {
    ...made(teller, `${spec.model}.dataset`, uri, digest, facets.write('schema', { fields: fieldsOf(spec) })),
    inputFacets:
      manifest === null
        ? {}
        : facets.write('dataQualityMetrics', {
            rowCount: rows,
            columnMetrics: Object.fromEntries(manifest.profile.map((column) => [column.name, metricsOf(column)])),
          }),
    outputFacets: facets.write('outputStatistics', { rowCount: rows }),
  };
}

/** An artifact, before it has a number or after; its schema is what it takes and gives. */
export function modelDataset(
  teller: Teller,
  spec: ModelSpec,
  artifact: { readonly uri: string; readonly version: string; readonly name: 'candidate' | 'model' },
  more: Facets = {},
): InputDataset & OutputDataset {
  const { facets } = teller;
  const { features } = spec.contract;
  const fields = [
    ...Object.entries(features).map(([name, { type }]) => ({ name, type: columnTypes[type] })),
    { name: 'score', type: 'FLOAT', description: 'what it gives' },
  ];
  return {
    ...made(teller, `${spec.model}.${artifact.name}`, artifact.uri, artifact.version, {
      ...facets.write('schema', { fields }),
      ...facets.write('datasetType', { datasetType: 'MODEL', subType: 'ONNX' }),
      ...more,
    }),
    inputFacets: {},
    outputFacets: {},
  };
}

function fieldsOf({ contract, task }: ModelSpec): { name: string; type: string; description?: string }[] {
  const { features, label, timestamp } = contract;
  return [
    ...Object.entries(features).map(([name, { type }]) => ({ name, type: columnTypes[type] })),
    { name: label, type: task === 'regression' ? 'DOUBLE' : 'VARCHAR', description: 'label' },
    ...(timestamp === undefined ? [] : [{ name: timestamp, type: 'TIMESTAMP', description: 'event time' }]),
  ];
}

function metricsOf({ count, missing, distinct, mean, min, max, quantiles }: ColumnProfile): object {
  const known = count - missing;
  return {
    count,
    nullCount: missing,
    distinctCount: distinct,
    ...finite({ min, max, sum: mean === undefined ? undefined : mean * known }),
    ...(quantiles === undefined
      ? {}
      : {
          quantiles: Object.fromEntries(
            quantiles.map((value, i) => [String(Number((i / (quantiles.length - 1)).toFixed(6))), value]),
          ),
        }),
  };
}

/** JSON has no other numbers. */
function finite(values: Readonly<Record<string, number | undefined>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

/** The contract as one assertion, and each rule that some rows broke. */
function assertionsOf({ violations, dataset }: Pick<DatasetManifest, 'violations' | 'dataset'>): object[] {
  return [
    { assertion: 'contract', success: true, actual: `${dataset.quarantined} rows were set aside` },
    ...violations.map(({ rule, column, because }) => ({
      assertion: rule,
      success: false,
      ...(column === null ? {} : { column }),
      actual: because,
    })),
  ];
}
