import type { Task } from '../onnx/signature.ts';

/** An artifact to serve. */
export interface AssignedVersion {
  readonly version: number;
  readonly uri: string;
  readonly digest: string;
}

/** A model's newest traffic revision with all that a gateway needs to serve it. */
export interface TrafficAssignment {
  readonly model: string;
  readonly task: Task;
  readonly revision: number;
  readonly epoch: number;
  /** Null only where a first version was withdrawn and there is nobody to answer. */
  readonly champion: AssignedVersion | null;
  readonly challenger: AssignedVersion | null;
  /** Fraction of callers that the challenger answers. */
  readonly share: number;
  /** Fraction of requests that the other side scores beside. */
  readonly shadowShare: number;
  readonly salt: string;
  /** What was left of the challenger's lease when the registry answered, ms, 0 when it has run out; null without challenger. */
  readonly leaseRemainingMs: number | null;
}
