import { Context } from '@temporalio/activity';
import type { ReleaseRecord } from '../src/registry/releases.ts';
import { beginStep, endStep, noteStep, type StepKey } from '../src/registry/steps.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { countedStore, Traffic } from '../src/steps/counted-store.ts';
import { CpuShares } from '../src/steps/cpu-shares.ts';
import { inputsDigest } from '../src/steps/inputs.ts';
import type { StepInputs, StepName, StepNote, StepObject, Usage } from '../src/steps/step.ts';
import { describeObjects } from '../src/steps/whole-objects.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { Dependencies } from './dependencies.ts';
import { lookForStep } from './look-for-step.ts';
import { whileAlive } from './progress.ts';

/** How often what a step has used is noted, ms: so much a lost worker may have used unseen. */
const noteEvery = 5000;

const shares = new CpuShares();

/** A step as its activity describes it. */
export interface StepPlan<Output> {
  readonly name: StepName;
  /** Which one, of a step that there are several of. */
  readonly part?: string;
  readonly release: ReleaseRecord;
  readonly spec: ModelSpec;
  /** Everything that it depends on. */
  inputs(): Promise<StepInputs>;
  /** Why what comes of it must not be taken by a later release; null where it may be. */
  readonly never?: string | null;
  /** Whether its inputs are still what they were, once it is done; without, they are. */
  isSettled?(): Promise<boolean>;
  /** What an output refers to: objects with their digests, and URIs of those that have none of their own. */
  left(output: Output): {
    readonly objects: readonly StepObject[];
    readonly uris?: readonly string[];
    readonly rows: number | null;
  };
}

/** What a step works with, so that it is counted. */
export interface StepTools {
  readonly store: ObjectStore;
  /** Bytes that came from elsewhere than the object store. */
  read(bytes: number): void;
}

/**
 * Does a step of a release, or takes it from an earlier one whose inputs were equal, once what that one left is seen to be whole. Keeps on
 * record what it went by, what came of it and what it used, whatever its end.
 * @throws FinalError PAWL_STEP_NOT_FOUND where a person asked to begin later and there is nothing to take
 */
export async function asStep<Output extends object>(
  { registry, store, logger }: Pick<Dependencies, 'registry' | 'store' | 'logger'>,
  plan: StepPlan<Output>,
  work: (tools: StepTools) => Promise<Output>,
): Promise<{ readonly output: Output; readonly note: StepNote }> {
  const { release, spec, name } = plan;
  const key: StepKey = { release: release.id, step: name, part: plan.part ?? '', attempt: Context.current().info.attempt };
  const { project = null, tags = {} } = spec.cost ?? {};
  await beginStep(registry, { ...key, model: release.model, project, owner: spec.owner, tags });

  const traffic = new Traffic();
  const tools: StepTools = { store: countedStore(store, traffic), read: (bytes) => (traffic.read += bytes) };
  const share = shares.begin();
  const began = performance.now();
  const used = (cpuMs: number): Usage => ({
    cpuMs,
    wallMs: performance.now() - began,
    bytesRead: traffic.read,
    bytesWritten: traffic.written,
  });
  const unrecorded = (error: unknown) =>
    logger.warn({ err: error, ...key }, 'what a step used is not on record; it goes on all the same');
  const timer = setInterval(() => void noteStep(registry, key, used(share.used())).catch(unrecorded), noteEvery);
  const failed = { state: 'failed', inputsDigest: null, output: null, objects: [], takenFrom: null, rows: null } as const;
  let inputs: StepInputs = {};
  try {
    const found = await whileAlive(() => lookForStep({ registry, store: tools.store }, plan));
    ({ inputs } = found);
    const { earlier, because } = found;
    if (earlier !== null) {
      const output = earlier.output as Output;
      const { rows } = plan.left(output);
      const { objects, inputsDigest: digest, doneBy: takenFrom } = earlier;
      const end = { state: 'taken', inputs, inputsDigest: digest, output, objects, takenFrom, because, rows } as const;
      await endStep(registry, key, { ...used(share.end()), ...end }).catch(unrecorded);
      return { output, note: takenFrom === release.id ? { takenFrom: null, because: null } : { takenFrom, because } };
    }
    const output = await work(tools);
    const { objects, uris = [], rows } = plan.left(output);
    const mayBeTaken = plan.never == null && ((await plan.isSettled?.()) ?? true);
    await endStep(registry, key, {
      ...used(share.end()),
      state: 'done',
      inputs,
      inputsDigest: mayBeTaken ? inputsDigest(inputs) : null,
      output,
      objects: [...objects, ...(await describeObjects(store, uris))],
      takenFrom: null,
      because,
      rows,
    }).catch(unrecorded);
    return { output, note: { takenFrom: null, because } };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    await endStep(registry, key, { ...used(share.end()), ...failed, inputs, because }).catch(unrecorded);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
