import { jsonAnswer, type Answer } from '../http-answer.ts';
import { serverMetadata } from '../open-inference/metadata.ts';
import { inferenceSchemas } from './inference-components.ts';
import { inferencePaths } from './inference-paths.ts';
import { predictionPaths } from './prediction-paths.ts';
import { headers, parameters, schemas } from './shared-components.ts';
import { statePaths, stateSchemas } from './state-paths.ts';

/** The HTTP API of a gateway (OpenAPI 3.1); a test holds the gateway's real answers against it. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'pawl gateway',
    version: serverMetadata.version,
    description: 'Predictions, labels and state. docs/gateway.md and docs/open-inference.md say what the fields mean.',
  },
  paths: { ...predictionPaths, ...inferencePaths, ...statePaths },
  components: { schemas: { ...schemas, ...inferenceSchemas, ...stateSchemas }, headers, parameters },
};

/** Written once: it is the same as long as the process lives. */
export const openApiAnswer: Answer = jsonAnswer(200, openApiDocument);
