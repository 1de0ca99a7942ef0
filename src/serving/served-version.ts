import type { AssignedVersion } from '../registry/traffic-assignment.ts';
import { Breaker } from './breaker.ts';
import { FeatureLog, type FeatureLogging } from './feature-log.ts';
import type { Role } from './logged-prediction.ts';
import { RowScanner } from './row-scanner.ts';
import type { Scorer } from './scorer.ts';
import type { ArmShape } from './windows.ts';

/** What a version did in one role since it was loaded. */
export interface Counts {
  requests: number;
  errors: number;
}

/** A version that is loaded and warm, with all that a request to it needs. */
export class ServedVersion {
  readonly version: number;
  readonly scorer: Scorer;
  readonly scanner: RowScanner;
  readonly shape: ArmShape;
  readonly breaker = new Breaker();
  readonly counts: Readonly<Record<Exclude<Role, 'default'>, Counts>> = {
    champion: { requests: 0, errors: 0 },
    challenger: { requests: 0, errors: 0 },
    shadow: { requests: 0, errors: 0 },
  };
  #policy: Readonly<Record<string, FeatureLogging>> | null = null;
  #features: FeatureLog | null = null;

  constructor(ref: AssignedVersion, scorer: Scorer) {
    const { signature } = scorer;
    this.version = ref.version;
    this.scorer = scorer;
    this.scanner = new RowScanner(signature);
    this.shape = { task: signature.task, signature, reference: ref.reference };
  }

  /** How its features are logged; compiled anew when the policy is another one. */
  features(policy: Readonly<Record<string, FeatureLogging>>): FeatureLog {
    if (this.#features === null || this.#policy !== policy) {
      this.#policy = policy;
      this.#features = FeatureLog.of(this.scorer.signature, policy);
    }
    return this.#features;
  }
}
