import { FinalError } from '../../errors.ts';
import { adoptGraph } from '../../onnx/adopt.ts';
import { checkModel } from '../command/check-model.ts';
import { largestModel } from '../command/job.ts';
import { signatureOf } from '../signature-of.ts';
import type { TrainedModel, TrainingJob } from '../trainer.ts';
import type { GoldenFile } from './golden-file.ts';
import { type GoldenReplay, replayGolden } from './replay-golden.ts';

/** The trainer of versions that were made elsewhere. */
export const importTrainer = 'import';

/** Largest file that is taken, bytes. */
export const largestImport = largestModel;

/** An ONNX file from elsewhere. */
export interface ImportedFile {
  readonly onnx: Uint8Array;
  /** Where it is from; kept with the version as its parameters. */
  readonly origin: Readonly<Record<string, unknown>>;
  /** Null where its makers gave no scores to hold it to. */
  readonly golden: GoldenFile | null;
}

/** A model that was taken, and how near it came to the scores of its makers. */
interface AdoptedModel extends TrainedModel {
  readonly golden: GoldenReplay | null;
}

/**
 * An ONNX file that others have made, as an artifact of pawl's: inspected, made to fit, loaded as a gateway loads it, and asked for the
 * newest rows before the hold-out, all of which have to get a score, and for the golden rows of its makers. What it learned from is not known.
 * @throws FinalError PAWL_IMPORT_REFUSED with everything that is wrong with it
 */
export async function adoptImport({ onnx: bytes, origin, golden: given }: ImportedFile, job: TrainingJob): Promise<AdoptedModel> {
  if (bytes.length > largestImport)
    throw new FinalError(
      'PAWL_IMPORT_REFUSED',
      `The model has ${Math.ceil(bytes.length / 1e6)} MB; ${Math.floor(largestImport / 1e6)} MB are taken.`,
    );
  try {
    const onnx = adoptGraph(bytes, signatureOf(job.task, job.frame));
    await checkModel(onnx, job, { rows: [], scores: [] });
    const golden = given === null ? null : await replayGolden(onnx, given);
    return { onnx, params: golden === null ? origin : { ...origin, golden }, importances: {}, golden };
  } catch (error) {
    if (!(error instanceof FinalError) || error.code !== 'PAWL_TRAINER_OUTPUT_INVALID') throw error;
    const { problems, message } = error;
    throw new FinalError('PAWL_IMPORT_REFUSED', message.replaceAll('model.onnx', 'The model'), { problems, cause: error });
  }
}
