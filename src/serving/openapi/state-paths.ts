import { answer, closed, list, object, orNull, refused, schemaRef, text, type Part } from './parts.ts';

const share = (description: string): Part => ({ type: 'number', minimum: 0, maximum: 1, description });
const version = (description: string): Part => orNull('integer', { description });

export const stateSchemas: Part = {
  Status: object({ status: text(), models: list(text(), { description: 'Those that are still loading.' }) }, ['models']),
  Models: object({ process: text('Of the gateway that answers.'), models: list(schemaRef('Model')) }),
  Model: object({
    model: text(),
    task: orNull('string', { enum: ['binary-classification', 'multiclass-classification', 'regression', null] }),
    revision: version('Of the traffic in force.'),
    champion: version('As assigned.'),
    challenger: version('As assigned.'),
    share: share("The challenger's, as assigned."),
    shareInForce: share('0 when the lease has run out or the challenger is not ready here.'),
    shadowShare: share('Of the requests that the other side scores beside.'),
    segments: { type: ['array', 'null'], items: { type: 'string' }, description: 'Who takes part; null: everybody.' },
    leaseRemainingMs: orNull('number', { description: "Of the challenger's share; null where none is needed." }),
    versions: list({ type: 'integer' }, { description: 'Loaded and warm.' }),
    ready: { type: 'boolean' },
  }),
};

const get = (operationId: string, summary: string, responses: Part): Part => ({
  get: { operationId, summary, tags: ['State'], responses: { ...responses, ...refused('Error', 405) } },
});

export const statePaths: Part = {
  '/v1/models': get('models', 'The traffic in force at this gateway.', {
    200: answer('Every model that has an assignment.', schemaRef('Models')),
  }),
  '/healthz': get('healthy', 'Whether the process lives.', { 200: answer('It does.', schemaRef('Status')) }),
  '/readyz': get('readiness', 'Whether every assigned champion is loaded.', {
    200: answer('They are.', schemaRef('Status')),
    503: answer('Not yet, or not any more.', schemaRef('Status')),
  }),
  '/metrics': get('metrics', 'Metrics for Prometheus.', {
    200: { description: 'See docs/metrics.md.', content: { 'text/plain': { schema: { type: 'string' } } } },
  }),
  '/openapi.json': get('openapi', 'This document.', {
    200: answer('OpenAPI 3.1.', closed({ openapi: text() }, [], { additionalProperties: true })),
  }),
};
