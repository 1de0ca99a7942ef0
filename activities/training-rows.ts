import type { DatasetRef, Frame } from '../src/data/dataset.ts';
import { readFrame } from '../src/data/frame.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import { asksForTuning } from '../src/evaluation/tune.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { shuffledLabels } from '../src/training/shuffled-labels.ts';

export interface TrainingRows {
  /** What a version learns from. */
  readonly rows: Frame;
  /** The newest of what is before the hold-out, where a calibration or thresholds are learned from them; else null. */
  readonly tuneOn: Frame | null;
}

/** The rows of a dataset before its hold-out. */
export async function trainingRows(
  store: ObjectStore,
  spec: ModelSpec,
  dataset: DatasetRef,
  { shuffleLabels }: { readonly shuffleLabels: boolean },
): Promise<TrainingRows> {
  const frame = await readFrame(store, dataset.uri, spec);
  const { train } = splitHoldout(frame, spec.evaluation.holdout);
  const before = shuffleLabels ? shuffledLabels(train, spec.training.seed) : train;
  if (!asksForTuning(spec)) return { rows: before, tuneOn: null };
  const split = splitHoldout(before, spec.evaluation.tune_on);
  return { rows: split.train, tuneOn: split.holdout };
}
