import { z } from 'zod';

/** A registered version as MLflow's users write it. */
const modelUri = /^models:\/[^/:@]+(?:@[^/@]+|\/[1-9]\d*)$/;

/** Where a version comes from that is not trained here. */
export const importSource = z
  .strictObject({
    onnx: z.string('the path of an ONNX file').min(1).optional().describe('An ONNX file, from the folder of this file.'),
    mlflow: z
      .string('a version such as models:/price@champion')
      .regex(modelUri, 'a version such as models:/price@champion or models:/price/7')
      .optional()
      .describe('A version of the MLflow registry at PAWL_MLFLOW_URL: models:/name@alias, or models:/name/7.'),
    golden: z
      .string('the path of a JSON file')
      .min(1)
      .optional()
      .describe(
        'Rows with the scores that its makers got for them, from the folder of this file: it has to come within 1e-5 of them.',
      ),
  })
  .refine(({ onnx, mlflow }) => (onnx === undefined) !== (mlflow === undefined), 'either onnx or mlflow')
  .describe('Of trainer: import. A model that was made elsewhere; it goes through the same gates.');
