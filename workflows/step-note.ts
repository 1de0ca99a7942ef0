import type { StepNote } from '../src/steps/step.ts';

/** The end of a sentence of the story: why a step was done again, or where it was taken from. Empty where there is nothing to say. */
export function because(step: StepNote | undefined): string {
  return step?.because == null ? '' : `; ${step.because}`;
}
