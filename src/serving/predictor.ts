import type { Logger } from 'pino';
import { FinalError, type Problem } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { bucket } from './bucketing.ts';
import type { Role } from './logged-prediction.ts';
import type { ModelTraffic, ReadyVersion } from './model-traffic.ts';
import type { PredictRequest } from './predict-request.ts';
import { predictionId } from './prediction-id.ts';
import type { PredictionLog } from './prediction-log.ts';
import { route, type Side } from './routing.ts';
import type { ParsedRow } from './row-parsing.ts';
import type { Scored } from './scorer.ts';
import { Shadows } from './shadows.ts';
import type { OpenWindows } from './windows.ts';

export interface Prediction {
  readonly id: string;
  readonly prediction: string | number;
  readonly score: number;
  readonly version: number;
}

export interface PredictorOptions {
  readonly log: PredictionLog;
  readonly windows: OpenWindows;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  /** ms on a clock that only goes forward. */
  readonly monotonic: () => number;
}

/** A request on its way: what every answer of it has in common. */
interface Call {
  readonly traffic: ModelTraffic;
  readonly revision: number;
  readonly request: PredictRequest;
  readonly ids: readonly string[];
  /** Monotonic, ms. */
  readonly arrivedAt: number;
  /** ms since 1970. */
  readonly at: number;
}

const mostProblems = 100;

/** Answers predict requests: routes, scores, falls back, logs and counts. The experiment never costs the caller an answer. */
export class Predictor {
  readonly #options: PredictorOptions;
  readonly #shadows: Shadows;

  constructor(options: PredictorOptions) {
    this.#options = options;
    this.#shadows = new Shadows((model) => options.metrics.shadowsShed.inc({ model }));
  }

  /**
   * One answer a row, all of one version.
   * @throws FinalError PAWL_MODEL_NOT_READY, PAWL_ROW_INVALID, PAWL_PREDICTION_FAILED
   */
  async predict(traffic: ModelTraffic, request: PredictRequest, arrivedAt: number): Promise<Prediction[]> {
    const champion = traffic.champion();
    const { assignment } = traffic;
    if (champion === null || assignment === null) {
      throw new FinalError(
        'PAWL_MODEL_NOT_READY',
        `${traffic.model} has no champion ${assignment === null ? 'yet' : 'that is loaded here'}.`,
      );
    }
    const at = Date.now();
    const ids = request.ids ?? request.rows.map(() => predictionId(at));
    const call: Call = { traffic, revision: assignment.revision, request, ids, arrivedAt, at };
    const challenger = traffic.challenger();
    const caller = request.key ?? ids[0] ?? '';
    const { answers, beside } = route(
      {
        share: assignment.share,
        shadowShare: assignment.shadowShare,
        championReady: true,
        challengerReady: challenger !== null,
        leaseRemaining: traffic.leaseRemaining(this.#options.monotonic()),
      },
      bucket(assignment.salt, caller),
      bucket(`${assignment.salt}/beside`, ids[0] ?? ''),
    );
    const sides: Record<Side, ReadyVersion | null> = { champion, challenger };
    const other = beside === null ? null : sides[beside];
    if (answers === 'champion' || challenger === null) {
      const predictions = await this.#answer(call, champion, 'champion');
      this.#scoreBeside(call, other);
      return predictions;
    }
    try {
      const predictions = await this.#answer(call, challenger, 'challenger');
      this.#scoreBeside(call, other);
      return predictions;
    } catch (error) {
      return this.#fallBack(call, champion, challenger, error);
    }
  }

  /** A fault of the caller's, counted with the champion in force. */
  callerFault(traffic: ModelTraffic): void {
    const champion = traffic.champion();
    if (champion !== null && traffic.assignment !== null)
      this.#arm(traffic, champion, traffic.assignment.revision, 'champion').callerFaults++;
  }

  /** Resolves once no shadow is being scored any more. */
  idle(): Promise<void> {
    return this.#shadows.idle();
  }

  /** The champion answers for a challenger that failed. A row that the champion refuses too is the caller's fault. */
  async #fallBack(call: Call, champion: ReadyVersion, challenger: ReadyVersion, failure: unknown): Promise<Prediction[]> {
    const { traffic, revision, arrivedAt } = call;
    const { metrics, monotonic, logger } = this.#options;
    const model = traffic.model;
    const failed = (fellBack: boolean) => {
      metrics.errors.inc({ model, version: challenger.version, role: 'challenger' });
      this.#arm(traffic, challenger, revision, 'challenger').failed(monotonic() - arrivedAt, fellBack);
      logger.debug({ err: failure, model, version: challenger.version, fellBack }, 'challenger failed');
    };
    try {
      const predictions = await this.#answer(call, champion, 'champion', false);
      failed(true);
      metrics.fallbacks.inc({ model });
      return predictions;
    } catch (error) {
      if (!(error instanceof FinalError && error.code === 'PAWL_ROW_INVALID')) failed(false);
      throw error;
    }
  }

  /** Scores, logs and counts one side's answer. `counted`: the request counts as one of this side's. */
  async #answer(call: Call, by: ReadyVersion, role: Role, counted = true): Promise<Prediction[]> {
    const { traffic, request, ids, revision, arrivedAt } = call;
    const { metrics, monotonic } = this.#options;
    const labels = { model: traffic.model, version: by.version, role };
    const rows = parseRows(by, request.rows);
    let answers: Scored[];
    try {
      answers = await by.scorer.score(rows);
    } catch (error) {
      // A challenger's failure is counted where it is known whether the champion could answer for it.
      if (role === 'champion') {
        metrics.errors.inc(labels);
        this.#arm(traffic, by, revision, role).failed(monotonic() - arrivedAt, false);
      }
      throw error;
    }
    const ms = monotonic() - arrivedAt;
    if (counted)
      this.#arm(traffic, by, revision, role).answered(
        ms,
        answers.map((answer) => answer.score),
      );
    metrics.requests.inc(labels);
    metrics.seconds.observe({ model: traffic.model }, ms / 1000);
    this.#record(call, by, role, answers);
    return answers.map(({ score, prediction }, i) => ({ id: ids[i] ?? '', prediction, score, version: by.version }));
  }

  /** After the answer has gone out, if there is room. */
  #scoreBeside(call: Call, by: ReadyVersion | null): void {
    if (by === null) return;
    const { traffic, request, revision } = call;
    const { metrics, monotonic, logger } = this.#options;
    this.#shadows.offer(traffic.model, async () => {
      // Unloaded in the meantime: no fault of the version's.
      if (traffic.shelf.get(by.version) !== by.scorer) return;
      const startedAt = monotonic();
      // Looked up when it is counted: a window that was closed meanwhile has been shipped and counts no more.
      const arm = () => this.#arm(traffic, by, revision, 'shadow');
      try {
        const answers = await by.scorer.score(parseRows(by, request.rows));
        arm().answered(
          monotonic() - startedAt,
          answers.map((answer) => answer.score),
        );
        this.#record(call, by, 'shadow', answers);
      } catch (error) {
        arm().failed(monotonic() - startedAt, false);
        metrics.errors.inc({ model: traffic.model, version: by.version, role: 'shadow' });
        logger.debug({ err: error, model: traffic.model, version: by.version }, 'shadow failed');
      }
    });
  }

  #record(call: Call, by: ReadyVersion, role: Role, answers: readonly Scored[]): void {
    const { traffic, request, ids, revision, at } = call;
    for (const [i, { score, prediction }] of answers.entries()) {
      this.#options.log.append({
        id: ids[i] ?? '',
        model: traffic.model,
        version: by.version,
        revision,
        role,
        key: request.key,
        at,
        score,
        prediction: String(prediction),
        row: JSON.stringify(request.rows[i]),
      });
    }
  }

  #arm(traffic: ModelTraffic, by: ReadyVersion, revision: number, role: Role) {
    return this.#options.windows.arm(traffic.model, by.scorer.signature.task, by.version, revision, role);
  }
}

/** @throws FinalError PAWL_ROW_INVALID with the problems of all rows */
function parseRows(by: ReadyVersion, rows: readonly unknown[]): ParsedRow[] {
  const problems: Problem[] = [];
  const parsed: ParsedRow[] = [];
  for (const [i, row] of rows.entries()) {
    const result = by.scorer.parse(row);
    if (!Array.isArray(result)) parsed.push(result);
    else
      for (const problem of result)
        problems.push(rows.length === 1 ? problem : { ...problem, message: `Row ${i + 1}: ${problem.message}` });
  }
  if (problems.length === 0) return parsed;
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  throw new FinalError(
    'PAWL_ROW_INVALID',
    `The request has ${count} in its ${rows.length === 1 ? 'row' : 'rows'}; nothing was predicted.`,
    {
      problems: problems.slice(0, mostProblems),
    },
  );
}
