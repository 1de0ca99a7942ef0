import { datatypeNames } from '../open-inference/datatypes.ts';
import { outputNames } from '../open-inference/outputs.ts';
import { closed, list, object, schemaRef, text, type Part } from './parts.ts';

const anything: Part = {
  type: 'object',
  description: 'Hints to other servers are taken and not used.',
  additionalProperties: true,
};
const extent: Part = { type: 'integer', minimum: 1 };
const element: Part = { type: ['number', 'string', 'boolean', 'null'] };
const tensorMetadata = object({
  name: text(),
  datatype: { enum: datatypeNames },
  shape: list({ type: 'integer', minimum: -1 }),
});

/** Schemas of the Open Inference Protocol V2, as far as pawl has it. */
export const inferenceSchemas: Part = {
  ServerMetadata: object({ name: text(), version: text(), extensions: list(text()) }),
  ModelMetadata: object({
    name: text(),
    versions: list(text(), { description: 'Loaded here.' }),
    platform: text(),
    inputs: list(schemaRef('TensorMetadata')),
    outputs: list(schemaRef('TensorMetadata')),
  }),
  TensorMetadata: tensorMetadata,
  InferRequest: closed(
    {
      id: { type: ['string', 'null'], maxLength: 200 },
      parameters: {
        ...anything,
        properties: {
          key: { type: 'string', maxLength: 200 },
          segment: { type: 'string', maxLength: 200 },
          binary_data_output: { type: 'boolean' },
        },
      },
      inputs: list(schemaRef('InferInput'), { minItems: 1 }),
      outputs: list(
        closed(
          {
            name: { enum: outputNames },
            parameters: { ...anything, properties: { binary_data: { type: 'boolean' } } },
          },
          ['parameters'],
        ),
      ),
      model_name: text('As in the path.'),
      model_version: text('As in the path.'),
    },
    ['id', 'parameters', 'outputs', 'model_name', 'model_version'],
  ),
  InferInput: closed(
    {
      name: { type: 'string', minLength: 1, maxLength: 200 },
      datatype: { enum: datatypeNames },
      shape: list(extent, { minItems: 1, maxItems: 2 }),
      parameters: { ...anything, properties: { binary_data_size: { type: 'integer', minimum: 0 } } },
      data: list({ anyOf: [element, list(element)] }),
    },
    ['parameters', 'data'],
    { description: 'One column, of [rows] or [rows, 1]; or all columns, of [rows, columns], where none is a category.' },
  ),
  InferAnswer: object(
    {
      model_name: text(),
      model_version: text('Who answered; absent with the default answer.'),
      id: text(),
      parameters: object({ fallback: { enum: ['champion', 'former', 'default'] } }),
      outputs: list(schemaRef('InferOutput'), { minItems: 1 }),
    },
    ['model_version', 'parameters'],
  ),
  InferOutput: object(
    {
      name: { enum: outputNames },
      datatype: { enum: ['BYTES', 'FP64'] },
      shape: list(extent, { minItems: 2, maxItems: 2 }),
      parameters: object(
        {
          binary_data_size: { type: 'integer', minimum: 0 },
          classes: text('Of probabilities: what its columns are of, a list as JSON.'),
        },
        ['binary_data_size', 'classes'],
      ),
      data: list({ type: ['number', 'string', 'null'] }),
    },
    ['parameters', 'data'],
  ),
  Live: object({ live: { type: 'boolean' } }),
  Ready: object({ ready: { type: 'boolean' } }),
  ModelReady: object({ name: text(), ready: { type: 'boolean' } }),
};
