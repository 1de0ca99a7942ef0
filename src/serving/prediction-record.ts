import type { Logger } from 'pino';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { TrafficAssignment } from '../registry/traffic-assignment.ts';
import { FeatureLog } from './feature-log.ts';
import type { Role } from './logged-prediction.ts';
import type { PredictRequest } from './predict-request.ts';
import type { PredictionLog } from './prediction-log.ts';
import type { ParsedRow } from './row-parsing.ts';
import type { Scored } from './scorer.ts';
import type { ServedVersion } from './served-version.ts';
import type { Turn } from './turns.ts';
import type { Arm, ArmRole, OpenWindows } from './windows.ts';

/** A request on its way: what every answer of it has in common. */
export interface Call {
  readonly assignment: TrafficAssignment;
  readonly request: PredictRequest;
  readonly ids: readonly string[];
  /** Monotonic, ms. */
  readonly arrivedAt: number;
  /** ms since 1970. */
  readonly at: number;
}

export interface RecordOptions {
  readonly log: PredictionLog;
  readonly windows: OpenWindows;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}

const noFeatures = FeatureLog.of({ features: [] }, {});

/** Keeps account of what versions did of requests: in the windows, the prediction log and the metrics. */
export class PredictionRecord {
  readonly #options: RecordOptions;

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /**
   * A version answered, after so many ms. `counted`: as what its windows count the request; null where it answered in the place of
   * another, whose failure is counted.
   */
  answered(
    call: Call,
    by: ServedVersion,
    role: Exclude<Role, 'default'>,
    rows: readonly ParsedRow[],
    answers: readonly Scored[],
    ms: number,
    counted: ArmRole | null,
  ): void {
    const { model } = call.assignment;
    if (counted !== null) {
      const scores = answers.map((answer) => answer.score);
      this.arm(call.assignment, by, counted).answered(ms, scores, rows);
    }
    by.counts[role].requests++;
    if (role !== 'shadow') this.#options.metrics.seconds.observe(model, ms);
    const { log } = this.#options;
    const features = by.features(call.assignment.log);
    for (let i = 0; i < answers.length; i++) {
      const answer = answers[i];
      const row = rows[i];
      if (answer === undefined || row === undefined) continue;
      log.append({
        id: call.ids[i] ?? '',
        model,
        version: by.version,
        revision: call.assignment.revision,
        role,
        key: call.request.key,
        at: call.at,
        score: answer.score,
        prediction: answer.prediction,
        features,
        row,
      });
    }
  }

  /** A version failed to answer, after so many ms; `fellBack` where another one did in its place. */
  failed(
    call: Call,
    { by, role, counted }: Pick<Turn, 'by' | 'role' | 'counted'>,
    failure: unknown,
    ms: number,
    fellBack: boolean,
  ): void {
    const { model } = call.assignment;
    this.arm(call.assignment, by, counted).failed(ms, fellBack, call.request.key);
    by.counts[role].errors++;
    this.#options.logger.debug({ err: failure, model, version: by.version, role, fellBack }, 'version failed to answer');
  }

  /** Another than the one that was to answer did. */
  fellBack(call: Call, to: 'champion' | 'former' | 'default'): void {
    this.#options.metrics.fallbacks.inc({ model: call.assignment.model, to });
  }

  /** No version answered; the default answer of the spec went out. `by`: the champion, where it took the rows. */
  defaulted(call: Call, prediction: string | number, by: ServedVersion | null, rows: readonly ParsedRow[]): void {
    const { assignment, ids, at, request } = call;
    const { model, revision } = assignment;
    const features = by === null ? noFeatures : by.features(assignment.log);
    for (const [i, id] of ids.entries()) {
      const row = by === null ? [] : (rows[i] ?? []);
      const entry = { id, model, revision, key: request.key, at, prediction, features, row };
      this.#options.log.append({ ...entry, version: 0, role: 'default', score: NaN });
    }
  }

  /** The window that counts it now: looked up each time, because one that is closed has been shipped and counts no more. */
  arm({ model, revision }: TrafficAssignment, by: ServedVersion, role: ArmRole): Arm {
    return this.#options.windows.arm(model, by.version, revision, role, by.shape);
  }
}
