import type { Task } from '../onnx/signature.ts';
import type { FeatureLogging } from '../serving/feature-log.ts';
import type { IncumbentConfig } from '../serving/incumbent/incumbent-config.ts';
import type { ReferenceBins } from '../stats/reference-bins.ts';
import type { ModelSpec } from '../spec/schema.ts';

/** An artifact to serve, or an endpoint to forward to. */
export interface AssignedVersion {
  readonly version: number;
  /** Of the artifact; the URL of an endpoint. */
  readonly uri: string;
  readonly digest: string;
  /** The bins that its windows count in; null for a version that was registered without. */
  readonly reference: ReferenceBins | null;
  /** How the endpoint is asked; null where there is an artifact. */
  readonly incumbent: IncumbentConfig | null;
  /** The newest DSSE envelope that says who let it into its rollout; null for none. Traffic that an older pawl left on a disk lacks it. */
  readonly attestation?: string | null;
  /** Of a drill's version: the one whose artifact it is, and whose attestation it has. */
  readonly copyOf?: number | null;
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
  /** The champion before this one: answers where the champion cannot. */
  readonly former: AssignedVersion | null;
  /** Only callers of these segments take part in the experiment; null: everybody. */
  readonly segments: readonly string[] | null;
  /** Fraction of callers that the challenger answers. */
  readonly share: number;
  /** Fraction of requests that the other side scores beside. */
  readonly shadowShare: number;
  readonly salt: string;
  /** What was left of the challenger's lease when the registry answered, ms, 0 when it has run out; null without challenger. */
  readonly leaseRemainingMs: number | null;
  /** How the model is served, from its spec. */
  readonly serving: ModelSpec['serving'];
  /** How features are logged; those that are not named are kept. */
  readonly log: Readonly<Record<string, FeatureLogging>>;
}
