import type { Logger } from 'pino';
import { type ErrorCode, PawlError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { AssignedVersion, TrafficAssignment } from '../registry/traffic-assignment.ts';
import type { LocalCache, Traffic } from './local-cache.ts';
import { ModelTraffic } from './model-traffic.ts';
import type { Scorer } from './scorer.ts';
import type { ServedVersion } from './served-version.ts';
import type { VersionAccounts } from './version-accounts.ts';
import { VersionShelf } from './version-shelf.ts';

export interface TrafficBookOptions {
  readonly load: (model: string, ref: AssignedVersion) => Promise<Scorer>;
  readonly cache: LocalCache;
  /** A version became ready, or was unloaded. */
  readonly onVersions: () => void;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly accounts: VersionAccounts;
  readonly monotonic: () => number;
}

/** Not what was let through: no fault of the surroundings, and somebody must look. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'PAWL_ARTIFACT_DAMAGED',
  'PAWL_ATTESTATION_INVALID',
  'PAWL_ATTESTATION_MISSING',
]);

/** The traffic of all models at this gateway, as last known: what was known once stays in force until the registry says otherwise. */
export class TrafficBook {
  readonly #options: TrafficBookOptions;
  readonly #traffic = new Map<string, ModelTraffic>();
  #models: ReadonlySet<string> = new Set();
  #known = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: TrafficBookOptions) {
    this.#options = options;
  }

  /** False until the registry, or the local cache in its place, was read for the first time. */
  get known(): boolean {
    return this.#known;
  }

  /** Puts the assignments in force, and keeps them on the disk where a revision is new. `askedAt`: monotonic, ms. */
  adopt(traffic: Traffic, askedAt: number): void {
    const models = new Set([...this.#models, ...traffic.models, ...traffic.assignments.map((assignment) => assignment.model)]);
    this.#known = true;
    let changed = models.size !== this.#models.size;
    this.#models = models;
    for (const assignment of traffic.assignments) {
      if (!this.#of(assignment.model).adopt(assignment, askedAt)) continue;
      changed = true;
      this.#tell(assignment);
    }
    this.observe();
    if (changed) this.#save();
  }

  /** Null for an unknown model. A model that is known and has no assignment yet has an empty traffic. */
  get(model: string): ModelTraffic | null {
    return this.#traffic.get(model) ?? (this.#models.has(model) ? this.#of(model) : null);
  }

  /** The models that have an assignment, by name. */
  all(): ModelTraffic[] {
    return [...this.#traffic.values()]
      .filter(({ assignment }) => assignment !== null)
      .toSorted((a, b) => (a.model < b.model ? -1 : 1));
  }

  /** Brings the gauges up to now. */
  observe(): void {
    const { metrics, monotonic, accounts } = this.#options;
    for (const traffic of this.all()) {
      const { model } = traffic;
      metrics.revision.set({ model }, traffic.assignment?.revision ?? 0);
      metrics.share.set({ model }, traffic.share(monotonic()));
      metrics.versionsHeld.set({ model }, traffic.shelf.ready().length);
      for (const served of traffic.shelf.all()) accounts.tell(model, served);
    }
  }

  async close(): Promise<void> {
    await this.#saving;
    await Promise.all([...this.#traffic.values()].map((traffic) => traffic.shelf.close()));
  }

  #of(model: string): ModelTraffic {
    let traffic = this.#traffic.get(model);
    if (traffic === undefined) {
      const { onVersions, logger, metrics, accounts } = this.#options;
      const load = (ref: AssignedVersion) => this.#options.load(model, ref);
      const onLoadFailure = (_: AssignedVersion, error: unknown) => {
        metrics.loadFailures.inc({ model });
        if (error instanceof PawlError && refusals.has(error.code)) metrics.versionsRefused.inc({ model, code: error.code });
      };
      const onUnload = (served: ServedVersion) => accounts.forget(model, served);
      traffic = new ModelTraffic(model, new VersionShelf({ model, load, onChange: onVersions, onUnload, onLoadFailure, logger }));
      this.#traffic.set(model, traffic);
    }
    return traffic;
  }

  #tell({ model, revision, champion, challenger, share, shadowShare }: TrafficAssignment): void {
    const versions = { champion: champion?.version ?? null, challenger: challenger?.version ?? null };
    this.#options.logger.info({ model, revision, ...versions, share, shadowShare }, 'traffic revision in force');
  }

  #save(): void {
    const { cache, logger } = this.#options;
    const assignments = this.all().flatMap(({ assignment }) => (assignment === null ? [] : [assignment]));
    const digests = this.all().flatMap(({ shelf }) => shelf.refs().map((ref) => ref.digest));
    const traffic = { models: [...this.#models], assignments };
    const save = async () => {
      try {
        await cache.saveTraffic(traffic);
        await cache.keepOnly(digests);
      } catch (error) {
        logger.error({ err: error }, 'traffic not kept in the local cache');
      }
    };
    this.#saving = this.#saving.then(save);
  }
}
