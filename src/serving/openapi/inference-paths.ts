import { answer, refused, schemaRef, type Part } from './parts.ts';
import { callerParameters, parameterRef } from './shared-components.ts';

const get = (operationId: string, summary: string, responses: Part, parameters: readonly Part[] = []): Part => ({
  get: { operationId, summary, tags: ['Open Inference Protocol V2'], ...withParameters(parameters), responses },
});

function withParameters(parameters: readonly Part[]): Part {
  return parameters.length === 0 ? {} : { parameters };
}

const octets = { 'application/octet-stream': { schema: { description: 'JSON, and binary tensor data behind it.' } } };

function infer(operationId: string, summary: string, path: readonly Part[]): Part {
  const given = answer('What was inferred.', schemaRef('InferAnswer'), [
    'x-pawl-version',
    'x-pawl-fallback',
    'inference-header-content-length',
  ]);
  return {
    post: {
      operationId,
      summary,
      tags: ['Open Inference Protocol V2'],
      parameters: [...path, ...callerParameters, parameterRef('jsonLength')],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaRef('InferRequest') }, ...octets },
      },
      responses: {
        200: { ...given, content: { ...(given['content'] as Part), ...octets } },
        ...refused('InferenceError', 400, 403, 404, 405, 413, 422, 500, 503, 504),
      },
    },
  };
}

function ofModel(prefix: string, suffix: string, parameters: readonly Part[]): Part {
  const id = (verb: string) => `${verb}${suffix}`;
  const missing = refused('InferenceError', 404, 405);
  return {
    [prefix]: get(
      id('describeModel'),
      'Inputs and outputs.',
      {
        200: answer('The tensors of the model.', schemaRef('ModelMetadata')),
        ...missing,
        ...refused('InferenceError', 503),
      },
      parameters,
    ),
    [`${prefix}/ready`]: get(
      id('modelReady'),
      'Whether it would answer.',
      {
        200: answer('It would.', schemaRef('ModelReady')),
        503: answer('It would not, or not yet.', schemaRef('ModelReady')),
        ...missing,
      },
      parameters,
    ),
    [`${prefix}/infer`]: infer(id('infer'), 'Predicts from tensors.', parameters),
  };
}

export const inferencePaths: Part = {
  '/v2': get('describeServer', 'Name, version and extensions.', {
    200: answer('The server.', schemaRef('ServerMetadata')),
    ...refused('InferenceError', 405),
  }),
  '/v2/health/live': get('live', 'Whether the process lives.', {
    200: answer('It does.', schemaRef('Live')),
    ...refused('InferenceError', 405),
  }),
  '/v2/health/ready': get('ready', 'Whether every assigned champion is loaded.', {
    200: answer('They are.', schemaRef('Ready')),
    503: answer('Not yet, or not any more.', schemaRef('Ready')),
    ...refused('InferenceError', 405),
  }),
  ...ofModel('/v2/models/{model}', '', [parameterRef('model')]),
  ...ofModel('/v2/models/{model}/versions/{version}', 'OfVersion', [parameterRef('model'), parameterRef('version')]),
};
