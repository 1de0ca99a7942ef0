import type { FeatureType } from '../data/dataset.ts';
import type { ModelSignature } from '../onnx/signature.ts';

/** What the prediction log keeps of a feature: its value, a hash of it (see ValueHasher), or nothing. */
export type FeatureLogging = 'keep' | 'hash' | 'drop';

export interface LoggedFeature {
  readonly name: string;
  readonly type: FeatureType;
  readonly log: FeatureLogging;
}

/** How a value is written to the spool. */
export const valueCode = { number: 0, boolean: 1, category: 2, hash: 3, drop: 4 } as const;

/** Bytes of a hashed value. */
export const hashBytes = 16;

/** How the features of one version are logged, compiled once: the log looks nothing up for a row. */
export class FeatureLog {
  /** In the signature's order, those that are dropped too. */
  readonly features: readonly LoggedFeature[];
  /** A `valueCode` for each feature. */
  readonly codes: Uint8Array;
  /** Where the texts are among the features: only they have a length of their own. */
  readonly texts: readonly number[];
  /** Most bytes that the values of a row take, without those of its texts. */
  readonly fixedBytes: number;

  private constructor(features: readonly LoggedFeature[]) {
    this.features = features;
    this.codes = codesOf(features);
    this.texts = features.flatMap(({ log, type }, i) => (log === 'keep' && type === 'category' ? [i] : []));
    this.fixedBytes = features.length * (1 + hashBytes);
  }

  /** @param policy by feature; those that it does not name are kept */
  static of(signature: Pick<ModelSignature, 'features'>, policy: Readonly<Record<string, FeatureLogging>>): FeatureLog {
    return new FeatureLog(
      signature.features.map(({ name, type }) => ({
        name,
        type,
        log: (Object.hasOwn(policy, name) ? policy[name] : undefined) ?? 'keep',
      })),
    );
  }
}

/** A `valueCode` for each feature. */
export function codesOf(features: readonly LoggedFeature[]): Uint8Array {
  return Uint8Array.from(features, ({ type, log }) => valueCode[log === 'keep' ? type : log]);
}
