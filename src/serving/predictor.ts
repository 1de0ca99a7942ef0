import type { Logger } from 'pino';
import { FinalError, PawlError, TransientError, type Problem } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { withDeadline } from './deadline.ts';
import type { ModelTraffic } from './model-traffic.ts';
import type { PredictRequest } from './predict-request.ts';
import { predictionId } from './prediction-id.ts';
import { PredictionRecord, type Call, type RecordOptions } from './prediction-record.ts';
import type { ParsedRow } from './row-parsing.ts';
import type { Scored } from './scorer.ts';
import type { ServedVersion } from './served-version.ts';
import { Shadows } from './shadows.ts';
import { turnsOf, type Turn } from './turns.ts';

export interface Prediction {
  readonly id: string;
  readonly prediction: string | number;
  /** Null with the default answer, which no version gave. */
  readonly score: number | null;
  readonly version: number | null;
  /** Of three classes or more, where the version gives them: that of each class. */
  readonly probabilities?: ClassProbabilities;
}

export interface ClassProbabilities {
  readonly classes: readonly string[];
  /** As many. */
  readonly values: ArrayLike<number>;
}

export interface Answered {
  /** One a row, all of one version. */
  readonly predictions: readonly Prediction[];
  /** Null: the default answer. */
  readonly version: number | null;
  /** Who answered in the place of the version that should have; null where it did itself. */
  readonly fallback: 'champion' | 'former' | 'default' | null;
}

export interface PredictorOptions extends RecordOptions {
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  /** ms on a clock that only goes forward. */
  readonly monotonic: () => number;
  /** So many rows may be under way; a request beyond that is turned away, unless it is alone. */
  readonly mostRows: number;
}

interface Failure {
  readonly turn: Turn;
  readonly error: unknown;
}

const mostProblems = 100;
/** Once this share of the rows that may be under way is, nothing is scored beside: shadows are the first to go. */
const roomForShadows = 0.1;

/**
 * Answers predict requests. Who is asked first is the traffic's to say; for who fails, or is late, the next in the chain answers:
 * challenger, champion, the champion before it, the default answer of the spec. The caller gets one answer and never pays for an
 * experiment.
 */
export class Predictor {
  readonly #options: PredictorOptions;
  readonly #record: PredictionRecord;
  readonly #shadows: Shadows;
  #rows = 0;

  constructor(options: PredictorOptions) {
    this.#options = options;
    this.#record = new PredictionRecord(options);
    this.#shadows = new Shadows((model) => options.metrics.shadowsShed.inc({ model }));
  }

  /** Rows that are being answered. */
  get rowsUnderWay(): number {
    return this.#rows;
  }

  /**
   * @param arrivedAt when the whole request was there, monotonic ms
   * @throws FinalError PAWL_MODEL_NOT_READY, PAWL_ROW_INVALID, PAWL_PREDICTION_FAILED, PAWL_VERSION_NOT_ALLOWED,
   * PAWL_VERSION_NOT_SERVED; TransientError PAWL_OVERLOADED, PAWL_DEADLINE_EXCEEDED
   */
  predict(traffic: ModelTraffic, request: PredictRequest, arrivedAt: number): Promise<Answered> {
    const { assignment } = traffic;
    if (assignment === null) throw new FinalError('PAWL_MODEL_NOT_READY', `${traffic.model} has no champion yet.`);
    const rows = request.rows.length;
    if (this.#rows > 0 && this.#rows + rows > this.#options.mostRows) {
      this.#options.metrics.overloaded.inc({ model: traffic.model });
      throw new TransientError('PAWL_OVERLOADED', `${this.#rows} rows are being answered already.`);
    }
    const at = Date.now();
    const call: Call = { assignment, request, ids: request.ids ?? idsFor(rows, at), arrivedAt, at };
    const { turns, beside } = turnsOf(traffic, assignment, request, call.ids[0] ?? '', arrivedAt);
    this.#rows += rows;
    return this.#ask(traffic, call, turns, beside);
  }

  /** A fault of the caller's, counted with the champion in force. */
  callerFault(traffic: ModelTraffic): void {
    const [champion] = traffic.champions();
    if (champion !== undefined && traffic.assignment !== null)
      this.#record.arm(traffic.assignment, champion, 'champion').callerFaults++;
  }

  /** Resolves once no shadow is being scored any more. */
  idle(): Promise<void> {
    return this.#shadows.idle();
  }

  /** Asks one after the other until one answers. One function for all of it: each await more is paid by every request. */
  async #ask(traffic: ModelTraffic, call: Call, turns: readonly Turn[], beside: ServedVersion | null): Promise<Answered> {
    const failures: Failure[] = [];
    try {
      for (const turn of turns) {
        const { by } = turn;
        try {
          const rows = parseRows(by, call.request.rows);
          const answers = await this.#score(call, by, rows);
          by.breaker.succeeded();
          if (failures.length > 0) this.#count(call, failures, true);
          if (beside !== null) this.#scoreBeside(traffic, call, beside);
          return this.#answered(call, turn, rows, answers);
        } catch (error) {
          this.#tellBreaker(by, error);
          // A row that the champion refuses is the caller's fault, whoever was asked before.
          if (isRefusal(error) && turn.role !== 'challenger' && turn.fallback !== 'former') throw error;
          failures.push({ turn, error });
          // The champions before it would be next to drown.
          if (isOverload(error) && turn.role === 'champion') break;
        }
      }
      this.#count(call, failures, false);
      return this.#default(call, turns, failures);
    } finally {
      this.#rows -= call.ids.length;
    }
  }

  #answered(call: Call, { by, role, counted, fallback }: Turn, rows: readonly ParsedRow[], answers: readonly Scored[]): Answered {
    const ms = this.#options.monotonic() - call.arrivedAt;
    this.#record.answered(call, by, role, rows, answers, ms, fallback === null ? counted : null);
    if (fallback !== null) this.#record.fellBack(call, fallback);
    const { version } = by;
    const { task, classes } = by.scorer.signature;
    if (task === 'multiclass-classification')
      return { predictions: answersOfMany(answers, call.ids, version, classes ?? []), version, fallback };
    const predictions = answers.map(({ score, prediction }, i) => ({ id: call.ids[i] ?? '', prediction, score, version }));
    return { predictions, version, fallback };
  }

  /** @throws the failure of the champion, or of whoever was asked last */
  #default(call: Call, turns: readonly Turn[], failures: readonly Failure[]): Answered {
    const { model, serving } = call.assignment;
    if (serving.default === undefined || call.request.version !== null) {
      const failure = failures.find(({ turn }) => turn.role === 'champion') ?? failures.at(-1);
      if (failure !== undefined) throw failure.error;
      throw new FinalError('PAWL_MODEL_NOT_READY', `${model} has no champion that is loaded here.`);
    }
    const champion = turns.find(({ role }) => role === 'champion')?.by ?? null;
    const problems: Problem[] = [];
    const rows = champion === null ? [] : call.request.rows.map((row) => champion.scorer.parse(row, problems) ?? []);
    this.#record.defaulted(call, serving.default, problems.length === 0 ? champion : null, rows);
    this.#record.fellBack(call, 'default');
    const prediction = call.assignment.task === 'regression' ? Number(serving.default) : serving.default;
    const predictions = call.ids.map((id) => ({ id, prediction, score: null, version: null }));
    return { predictions, version: null, fallback: 'default' };
  }

  #count(call: Call, failures: readonly Failure[], fellBack: boolean): void {
    const ms = this.#options.monotonic() - call.arrivedAt;
    for (const { turn, error } of failures) {
      // A row that no version takes is nobody's failure but the caller's; one that only the challenger refuses is the challenger's.
      if (isRefusal(error) && !(fellBack && turn.role === 'challenger')) continue;
      this.#record.failed(call, turn, error, ms, fellBack);
    }
  }

  /** One version's answers, within the deadline, if its breaker lets anybody ask. Not async: a promise less for each request. */
  #score(call: Call, { scorer, breaker, version }: ServedVersion, rows: readonly ParsedRow[]): Promise<Scored[]> {
    if (breaker.open && !breaker.allows(this.#options.monotonic())) throw new Spared(version);
    const scoring = scorer.score(rows);
    return scorer.immediate ? scoring : withDeadline(scoring, call.assignment.serving.deadline);
  }

  #tellBreaker({ breaker }: ServedVersion, error: unknown): void {
    if (error instanceof Spared || isRefusal(error)) return;
    if (isOverload(error)) breaker.undecided();
    else breaker.failed(this.#options.monotonic());
  }

  /** After the answer has gone out, if there is room. */
  #scoreBeside(traffic: ModelTraffic, call: Call, by: ServedVersion): void {
    const { metrics, monotonic, mostRows } = this.#options;
    if (this.#rows > mostRows * roomForShadows) return metrics.shadowsShed.inc({ model: traffic.model });
    this.#shadows.offer(traffic.model, async () => {
      // Unloaded in the meantime: no fault of the version's.
      if (traffic.shelf.get(by.version) !== by) return;
      const startedAt = monotonic();
      try {
        const rows = parseRows(by, call.request.rows);
        const answers = await this.#score(call, by, rows);
        by.breaker.succeeded();
        this.#record.answered(call, by, 'shadow', rows, answers, monotonic() - startedAt, 'shadow');
      } catch (error) {
        this.#tellBreaker(by, error);
        this.#record.failed(call, { by, role: 'shadow', counted: 'shadow' }, error, monotonic() - startedAt, false);
      }
    });
  }
}

function answersOfMany(
  answers: readonly Scored[],
  ids: readonly string[],
  version: number,
  classes: readonly string[],
): Prediction[] {
  return answers.map(({ score, prediction, probabilities }, i) => ({
    id: ids[i] ?? '',
    prediction,
    score,
    version,
    ...(probabilities === undefined ? {} : { probabilities: { classes, values: probabilities } }),
  }));
}

/** A version that its breaker spares was not asked, and so has not failed once more. */
class Spared extends FinalError {
  constructor(version: number) {
    super('PAWL_PREDICTION_FAILED', `v${version} fails again and again; it is spared for a while.`);
  }
}

function idsFor(rows: number, at: number): string[] {
  const ids: string[] = [];
  for (let i = 0; i < rows; i++) ids.push(predictionId(at));
  return ids;
}

function isRefusal(error: unknown): boolean {
  return error instanceof PawlError && error.code === 'PAWL_ROW_INVALID';
}

function isOverload(error: unknown): boolean {
  return error instanceof PawlError && error.code === 'PAWL_OVERLOADED';
}

/** @throws FinalError PAWL_ROW_INVALID with the problems of all rows, as far as anybody wants to read them */
function parseRows(by: ServedVersion, rows: readonly unknown[]): ParsedRow[] {
  const problems: Problem[] = [];
  const parsed: ParsedRow[] = [];
  for (let i = 0; i < rows.length && problems.length < mostProblems; i++) {
    const before = problems.length;
    const row = by.scorer.parse(rows[i], problems);
    if (row !== null) parsed.push(row);
    else if (rows.length > 1)
      for (let p = before; p < problems.length; p++) {
        const problem = problems[p];
        if (problem !== undefined) problems[p] = { ...problem, message: `Row ${i + 1}: ${problem.message}` };
      }
  }
  if (problems.length === 0) return parsed;
  const count =
    problems.length === 1 ? 'a mistake' : `${problems.length < mostProblems ? '' : 'at least '}${problems.length} mistakes`;
  throw new FinalError(
    'PAWL_ROW_INVALID',
    `The request has ${count} in its ${rows.length === 1 ? 'row' : 'rows'}; nothing was predicted.`,
    { problems: problems.slice(0, mostProblems) },
  );
}
