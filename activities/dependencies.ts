import type { Logger } from 'pino';
import type { Signer } from '../src/attestation/keys.ts';
import type { Trust } from '../src/attestation/trust.ts';
import type { Teller } from '../src/lineage/run-event.ts';
import type { MlflowServer } from '../src/mlflow/server.ts';
import type { Registry } from '../src/registry/registry.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

/** The wall clock, replaceable so that a test may run a day's canary in seconds. */
export interface Clock {
  /** ms since 1970. */
  now(): Promise<number>;
  sleep(ms: number): Promise<void>;
}

export const wallClock: Clock = {
  now: () => Promise.resolve(Date.now()),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** What activities need of the world; the process files in workers/ wire it. */
export interface Dependencies {
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often a guard looks at the evidence, ms. */
  readonly lookEvery: number;
  /** Signs what is registered and let through; nothing is signed without. */
  readonly signer?: Signer | null;
  /** Others whose signatures count beside the signer's own. */
  readonly trust?: Trust | null;
  /** How lineage is told of; null where nobody is to hear it. */
  readonly lineage?: Teller | null;
  /** The MLflow server to import from and to tell of versions; null where none is named. */
  readonly mlflow?: MlflowServer | null;
  /** Where trainings run that name no Ray cluster of their own. */
  readonly cluster?: { readonly address: string | null; readonly token: string | null };
}
