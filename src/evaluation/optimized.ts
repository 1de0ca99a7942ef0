import type { Digest } from '../data/dataset.ts';
import { figure, sized } from '../stats/wording.ts';

/** What can be done to a finished model. */
export type OptimizeStep = 'graph' | 'int8';

/** What came of one step. */
export interface OptimizeResult {
  readonly step: OptimizeStep;
  readonly kept: boolean;
  /** A sentence with numbers. */
  readonly because: string;
}

/** The artifact that ships where another one than the trained one does. */
export interface OptimizedArtifact {
  readonly uri: string;
  readonly digest: Digest;
}

/** A model with what it costs. */
export interface Costs {
  readonly bytes: number;
  /** The median of single rows, ms. */
  readonly latency: number;
}

/** Timings this close are the same: a machine does not say the same thing twice. */
const noise = 0.05;

/**
 * Whether a step's model is kept: only one that passes every gate, and that is smaller, or faster without being larger. How slow a
 * smaller one may be is for a gate on latency to say.
 * @param refused the decisive sentence of its gates; null where it passes
 */
export function judgeOptimized(step: OptimizeStep, before: Costs, after: Costs, refused: string | null): OptimizeResult {
  const faster = after.latency < before.latency * (1 - noise);
  const gains = after.bytes < before.bytes || (faster && after.bytes === before.bytes);
  const kept = refused === null && gains;
  const said = `${sized(before.bytes)} to ${sized(after.bytes)}, a row in ${figure(before.latency)} to ${figure(after.latency)} ms`;
  const why = refused === null ? (gains ? 'every gate holds' : 'nothing gained') : `a gate refuses it: ${refused}`;
  return { step, kept, because: `${step} ${kept ? 'kept' : 'not kept'}: ${said}; ${why}` };
}

/** Where a step has nothing to do. */
export function nothingToOptimize(step: OptimizeStep): OptimizeResult {
  return { step, kept: false, because: `${step} not kept: the model has no matrix of 1,024 weights or more` };
}
