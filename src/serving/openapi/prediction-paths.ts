import { answer, json, refused, schemaRef, type Part } from './parts.ts';
import { callerParameters, parameterRef } from './shared-components.ts';

/** pawl's own protocol. */
export const predictionPaths: Part = {
  '/v1/models/{model}/predict': {
    post: {
      operationId: 'predict',
      summary: 'Predicts from rows of named columns.',
      tags: ['Predictions'],
      parameters: [parameterRef('model'), ...callerParameters],
      requestBody: { required: true, content: json(schemaRef('PredictRequest')) },
      responses: {
        200: answer('A prediction for each row, all of one version.', schemaRef('PredictAnswer'), [
          'x-pawl-version',
          'x-pawl-fallback',
        ]),
        ...refused('Error', 400, 403, 404, 405, 413, 422, 500, 503, 504),
      },
    },
  },
  '/v1/models/{model}/feedback': {
    post: {
      operationId: 'feedback',
      summary: 'Takes labels: what really happened.',
      tags: ['Predictions'],
      parameters: [parameterRef('model')],
      requestBody: { required: true, content: json(schemaRef('FeedbackRequest')) },
      responses: {
        202: answer("The labels are on the gateway's disk.", schemaRef('FeedbackAnswer')),
        ...refused('Error', 400, 404, 405, 413, 422, 503),
      },
    },
  },
};
