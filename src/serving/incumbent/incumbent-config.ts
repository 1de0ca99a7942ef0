import type { ModelSignature } from '../../onnx/signature.ts';

/** How an endpoint that a team already has is asked. Kept with the version that stands for it, as its parameters. */
export interface IncumbentConfig {
  /** As in pawl.yaml: the endpoint's base, or the whole URL that takes the rows. */
  readonly url: string;
  readonly format: 'v2' | 'pawl' | 'mlflow';
  /** The model's name at the far end. */
  readonly model: string;
  /** An answer that takes longer has failed, ms. */
  readonly timeoutMs: number;
  /** What callers send and what the answers mean, from the contract. */
  readonly signature: ModelSignature;
  /** The features that the endpoint is asked with, some or all of the signature's, in the order that it takes them. */
  readonly features: readonly string[];
}
