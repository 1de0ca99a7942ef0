import { longestId } from '../predict-request.ts';
import { closed, list, object, orNull, schemaRef, text, type Part } from './parts.ts';

export const name: Part = {
  type: 'string',
  minLength: 1,
  maxLength: longestId,
  description: 'Text without control characters.',
};

const code: Part = { type: 'string', pattern: '^PAWL_[A-Z_]+$', description: 'One of docs/errors.md.' };
const problem = object({ message: text(), subject: text('The column or field at fault.'), hint: text('What would be right.') }, [
  'subject',
  'hint',
]);
const refusal = { code, todo: text('What to do.'), problems: list(schemaRef('Problem')) };

/** Schemas of the routes of pawl's own. */
export const schemas: Part = {
  Problem: problem,
  Error: object({ error: object({ code, message: text(), ...without(refusal, 'code') }) }),
  Row: {
    type: 'object',
    description: "A value for each of the model's columns; null is a missing value.",
    additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
  },
  PredictRequest: {
    type: 'object',
    oneOf: [
      closed({ row: schemaRef('Row'), id: name, key: orNullName(), segment: orNullName() }, ['id', 'key', 'segment']),
      closed(
        {
          rows: list(schemaRef('Row'), { minItems: 1 }),
          ids: list(name, { uniqueItems: true, description: 'One for each row.' }),
          key: orNullName(),
          segment: orNullName(),
        },
        ['ids', 'key', 'segment'],
      ),
    ],
  },
  PredictAnswer: object({ model: text(), predictions: list(schemaRef('Prediction'), { minItems: 1 }) }),
  Prediction: object(
    {
      id: text('The name under which the label is sent.'),
      prediction: { type: ['string', 'number'], description: 'The class as text, or the number.' },
      score: orNull('number', {
        description:
          'The probability of the positive class, of more than two classes that of the predicted one, or the number; null with the default answer.',
      }),
      version: orNull('integer', { description: 'Who answered; null with the default answer.' }),
      probabilities: {
        type: 'object',
        description: 'Of more than two classes: the probability of each.',
        additionalProperties: { type: 'number', minimum: 0, maximum: 1 },
      },
    },
    ['probabilities'],
  ),
  Label: closed(
    {
      id: name,
      label: { type: ['string', 'number', 'boolean'], description: 'The class, or the number.' },
      at: { type: ['string', 'number', 'null'], description: 'When it happened: ISO 8601, or ms since 1970. Default: now.' },
    },
    ['at'],
  ),
  FeedbackRequest: {
    oneOf: [schemaRef('Label'), closed({ labels: list(schemaRef('Label'), { minItems: 1 }) })],
  },
  FeedbackAnswer: object(
    {
      accepted: { type: 'integer', minimum: 1 },
      conflicting: { type: 'integer', description: 'Labels that say something else than an earlier one of the same request.' },
    },
    ['conflicting'],
  ),
  /** The same fields flat, and `error` as text: what V2 clients look for. */
  InferenceError: object({ error: text('Code, message and problems in one line.'), ...refusal }),
};

function orNullName(): Part {
  return { ...name, type: ['string', 'null'] };
}

function without(part: Part, key: string): Part {
  return Object.fromEntries(Object.entries(part).filter(([name]) => name !== key));
}

const headerOf = (description: string, schema: Part = { type: 'string' }): Part => ({ description, schema });

/** Headers of answers. */
export const headers: Part = {
  'x-pawl-version': headerOf('The version that answered; absent with the default answer.'),
  'x-pawl-fallback': headerOf('Who answered in the place of the version that should have.', {
    enum: ['champion', 'former', 'default'],
  }),
  'retry-after': headerOf('Seconds.', { type: 'string', pattern: '^[0-9]+$' }),
  allow: headerOf('The methods that the route takes.'),
  'inference-header-content-length': headerOf('How much of the body is JSON, bytes; binary data follows.', {
    type: 'string',
    pattern: '^[0-9]+$',
  }),
};

const inHeader = (header: string, description: string, schema: Part = name): Part => ({
  name: header,
  in: 'header',
  required: false,
  description,
  schema,
});

/** Parameters of requests. */
export const parameters: Part = {
  model: { name: 'model', in: 'path', required: true, schema: { type: 'string' } },
  version: { name: 'version', in: 'path', required: true, description: 'A number.', schema: { type: 'string' } },
  key: inHeader('x-pawl-key', 'The caller, who stays on one side of a rollout. One in the body goes before it.'),
  segment: inHeader('x-pawl-segment', 'The group of the caller. One in the body goes before it.'),
  askedVersion: inHeader('x-pawl-version', 'Asks for a version; only for keys under `serving.choose_version`.', {
    type: 'string',
    pattern: '^v?[1-9][0-9]{0,8}$',
  }),
  experiment: inHeader('x-pawl-experiment', 'The caller opts out of experiments.', { enum: ['off'] }),
  jsonLength: inHeader('inference-header-content-length', 'How much of the body is JSON, bytes; binary data follows.', {
    type: 'string',
    pattern: '^[0-9]+$',
  }),
};

export const parameterRef = (key: string): Part => ({ $ref: `#/components/parameters/${key}` });

/** What a caller says of itself. */
export const callerParameters: readonly Part[] = ['key', 'segment', 'askedVersion', 'experiment'].map(parameterRef);
