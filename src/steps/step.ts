import type { Digest } from '../data/dataset.ts';

/** The steps of a release that do work, in their order. */
export const stepNames = ['ingest', 'validate', 'train', 'evaluate', 'register'] as const;

/** A trial of a search is a step as well: a release has many. */
export type StepName = (typeof stepNames)[number] | 'trial';

export type Fact = string | number | boolean | null;

/** One thing that a step depends on. Small. */
export interface StepInput {
  /** Equal where the step would do the same for it. */
  readonly digest: string;
  /** What people are told of it when it changes, by name. */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Everything that a step depends on, by the name that people are told. */
export type StepInputs = Readonly<Record<string, StepInput>>;

/** What a step used. Adds up. */
export interface Usage {
  /** Processor time of the worker and of what it started, ms. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** From sources and the object store. */
  readonly bytesRead: number;
  /** To the object store. */
  readonly bytesWritten: number;
}

export const noUsage: Usage = { cpuMs: 0, wallMs: 0, bytesRead: 0, bytesWritten: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    wallMs: a.wallMs + b.wallMs,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
  };
}

/** An object that a step left. */
export interface StepObject {
  readonly uri: string;
  readonly digest: Digest;
}

/** What the story of a release tells of a step; absent in histories of before there were steps on record. */
export interface StepNote {
  /** The release whose step did the work; null where it was done now. */
  readonly takenFrom: string | null;
  /** Why; null where there was nothing that could have been taken. */
  readonly because: string | null;
}
