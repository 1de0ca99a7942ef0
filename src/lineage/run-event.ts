import type { ReleaseRecord } from '../registry/releases.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { type Facets, type FacetWriter, stepRunId } from './facets.ts';

/** Every run has one START and one of the others. */
export type EventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
}

export interface InputDataset extends Dataset {
  readonly inputFacets: Facets;
}

export interface OutputDataset extends Dataset {
  readonly outputFacets: Facets;
}

/** An event of OpenLineage, specification 2-0-2. */
export interface RunEvent {
  readonly eventType: EventType;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly InputDataset[];
  readonly outputs: readonly OutputDataset[];
}

/** Who tells, and where jobs and datasets of pawl are. */
export interface Teller {
  readonly facets: FacetWriter;
  /** Of all jobs and datasets of this pawl. */
  readonly namespace: string;
  /** Of pawl. */
  readonly version: string;
}

/** What an event is about. */
export interface About {
  readonly release: Pick<ReleaseRecord, 'id' | 'model' | 'runId' | 'asOf'>;
  readonly spec: Pick<ModelSpec, 'owner' | 'description' | 'task'>;
}

/** What a run read and made, and what else there is to say of it. */
export interface Told {
  readonly inputs?: readonly InputDataset[];
  readonly outputs?: readonly OutputDataset[];
  readonly run?: Facets;
}

/** The job of a whole release. */
export const releaseJob = 'release';

const schemaURL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

/**
 * An event of a release or of one of its steps, which is a run whose parent is the release's.
 * @param job `release`, or the name of the step
 */
export function runEvent(
  teller: Teller,
  { release, spec }: About,
  { job, type, at, told = {} }: { readonly job: string; readonly type: EventType; readonly at: Date; readonly told?: Told },
): RunEvent {
  const { facets: writer, namespace } = teller;
  const isRelease = job === releaseJob;
  const whole = { run: { runId: release.runId }, job: { namespace, name: `${release.model}.${releaseJob}` } };
  return {
    eventType: type,
    eventTime: at.toISOString(),
    producer: writer.producer,
    schemaURL,
    run: {
      runId: isRelease ? release.runId : stepRunId(release.id, job),
      facets: {
        ...writer.write('processing_engine', { name: 'pawl', version: teller.version }),
        ...(release.asOf === null ? {} : writer.write('nominalTime', { nominalStartTime: release.asOf })),
        ...(isRelease ? {} : writer.write('parent', { ...whole, root: whole })),
        ...told.run,
      },
    },
    job: {
      namespace,
      name: `${release.model}.${job}`,
      facets: {
        ...writer.write('jobType', { processingType: 'BATCH', integration: 'PAWL', jobType: isRelease ? 'RELEASE' : 'STEP' }),
        ...writer.write('ownership', { owners: [{ name: spec.owner, type: 'OWNER' }] }),
        ...writer.describe(isRelease ? spec.description : ''),
      },
    },
    // What is read by one step and made by another is told with the facets of the side that it is on.
    inputs: (told.inputs ?? []).map(({ namespace, name, facets, inputFacets }) => ({ namespace, name, facets, inputFacets })),
    outputs: (told.outputs ?? []).map(({ namespace, name, facets, outputFacets }) => ({ namespace, name, facets, outputFacets })),
  };
}
