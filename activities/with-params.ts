import type { ModelSpec } from '../src/spec/schema.ts';

/** A spec whose trainer is told other parameters than it says; those that are not named stay. */
export function withParams(spec: ModelSpec, params: Readonly<Record<string, unknown>> = {}): ModelSpec {
  return { ...spec, training: { ...spec.training, params: { ...spec.training.params, ...params } } };
}
