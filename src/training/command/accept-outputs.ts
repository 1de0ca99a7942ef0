import { adoptGraph } from '../../onnx/adopt.ts';
import { scoresPerRow } from '../../onnx/signature.ts';
import { signatureOf } from '../signature-of.ts';
import type { TrainedModel, TrainingControl, TrainingJob } from '../trainer.ts';
import { checkModel } from './check-model.ts';
import type { JobFile } from './job.ts';
import { readOutputs } from './outputs.ts';

/**
 * Takes what a trainer left, and believes none of it: its graph is inspected, made to fit, loaded as a gateway loads it, and has to
 * give the scores that the trainer gave for the golden rows.
 * @param output the files, on this machine
 * @throws FinalError PAWL_TRAINER_OUTPUT_INVALID
 */
export async function acceptOutputs(
  output: JobFile['output'],
  job: TrainingJob,
  golden: readonly number[],
  control: TrainingControl,
): Promise<TrainedModel> {
  const signature = signatureOf(job.task, job.frame);
  const outputs = await readOutputs(output, job.frame.features, golden, scoresPerRow(signature));
  const onnx = adoptGraph(outputs.onnx, signature);
  await control.onProgress({ phase: 'check', done: 0, total: 1 });
  await checkModel(onnx, job, outputs.golden);
  return { onnx, params: outputs.report.params ?? job.params, importances: shares(outputs.report.importances ?? {}) };
}

/** Each one's part of their sum; none where all are nothing. */
function shares(importances: Readonly<Record<string, number>>): Record<string, number> {
  const total = Object.values(importances).reduce((sum, value) => sum + value, 0);
  return total === 0 ? {} : Object.fromEntries(Object.entries(importances).map(([name, value]) => [name, value / total]));
}
