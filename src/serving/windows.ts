import type { ModelSignature, Task } from '../onnx/signature.ts';
import type { WindowRow } from '../registry/windows.ts';
import type { ReferenceBins } from '../stats/reference-bins.ts';
import { BinCounter, BinLayout } from './bin-counter.ts';
import { KeyedErrors, noErrors } from './errors-by-key.ts';
import { LatencySketch } from './latency-sketch.ts';
import type { Role } from './logged-prediction.ts';
import type { ParsedRow } from './row-parsing.ts';

/** `outside`: the champion, while a challenger is on trial, of a request that is neither side's. Its caller takes no part, or the challenger failed it before. */
export type ArmRole = Exclude<Role, 'default'> | 'outside';

/** What an arm needs to know of its version. */
export interface ArmShape {
  readonly task: Task;
  readonly signature: ModelSignature;
  /** Null: scores and features are not counted. */
  readonly reference: ReferenceBins | null;
}

/**
 * What one version did in one role under one traffic revision during one window. All counts add over processes and time.
 * Shadows are counted as requests of their own: their latency is that of scoring alone.
 */
export class Arm {
  readonly version: number;
  readonly revision: number;
  readonly role: ArmRole;
  /** Requests that the caller got wrong; they are no requests of the version's. */
  callerFaults = 0;
  readonly #latency = new LatencySketch();
  readonly #bins: BinCounter | null;
  #keyed: KeyedErrors | null = null;
  #requests = 0;
  #rows = 0;
  #errors = 0;
  #fallbacks = 0;
  #cpuMs = 0;
  #scoredRows = 0;
  #memoryBytes = 0;

  constructor(version: number, revision: number, role: ArmRole, { signature, reference }: ArmShape) {
    this.version = version;
    this.revision = revision;
    this.role = role;
    // Bins of other features than these would be counted in the wrong places.
    const fits =
      reference !== null &&
      reference.features.length === signature.features.length &&
      signature.features.every(({ name }, i) => reference.features[i]?.name === name);
    this.#bins = fits ? new BinCounter(BinLayout.of(reference)) : null;
  }

  /** A request that was answered, after so many ms: a score for each of its rows. */
  answered(ms: number, scores: ArrayLike<number>, rows: readonly ParsedRow[]): void {
    this.#requests++;
    this.#rows += rows.length;
    this.#latency.add(ms);
    if (this.#bins === null) return;
    for (let i = 0; i < rows.length; i++) this.#bins.add(rows[i] as ParsedRow, scores[i] ?? NaN);
  }

  /** A request that the version failed to answer, after so many ms; `fellBack` where another one answered it. `key`: the caller's. */
  failed(ms: number, fellBack: boolean, key: string | null): void {
    this.#requests++;
    this.#latency.add(ms);
    this.#errors++;
    if (fellBack) this.#fallbacks++;
    if (key !== null) (this.#keyed ??= new KeyedErrors()).add(key);
  }

  /** Processor time that went into scoring so many rows, and the memory that the version holds. */
  spent(cpuMs: number, rows: number, memoryBytes: number): void {
    this.#cpuMs += cpuMs;
    this.#scoredRows += rows;
    this.#memoryBytes = Math.max(this.#memoryBytes, memoryBytes);
  }

  /** What was counted. */
  counts(): Omit<WindowRow, 'process' | 'model' | 'version' | 'revision' | 'role' | 'startedAt' | 'lengthMs'> {
    return {
      requests: this.#requests,
      callerFaults: this.callerFaults,
      errors: this.#errors,
      fallbacks: this.#fallbacks,
      rows: this.#rows,
      errorsByKey: this.#keyed?.sums() ?? noErrors,
      latency: this.#latency.sums(),
      score: Array.from(this.#bins?.score ?? []),
      features: Array.from(this.#bins?.features ?? []),
      cpuMicros: Math.round(this.#cpuMs * 1000),
      scoredRows: this.#scoredRows,
      memoryBytes: Math.round(this.#memoryBytes),
    };
  }
}

/** The windows of a process that are open now. */
export class OpenWindows {
  readonly #process: string;
  #startedAt: number;
  /** By model. A few each: looking through them is cheaper than making a key. */
  #arms = new Map<string, Arm[]>();

  constructor(process: string, now: number) {
    this.#process = process;
    this.#startedAt = now;
  }

  /** The arm that counts now; after `close` it is another one. */
  arm(model: string, version: number, revision: number, role: ArmRole, shape: ArmShape): Arm {
    let arms = this.#arms.get(model);
    if (arms === undefined) this.#arms.set(model, (arms = []));
    for (const arm of arms) if (arm.version === version && arm.revision === revision && arm.role === role) return arm;
    const arm = new Arm(version, revision, role, shape);
    arms.push(arm);
    return arm;
  }

  /** Ends the windows at `now` (ms since 1970) and begins the next ones. Empty ones give no row. */
  close(now: number): WindowRow[] {
    const startedAt = new Date(this.#startedAt);
    const lengthMs = Math.max(0, now - this.#startedAt);
    const rows = [...this.#arms].flatMap(([model, arms]) =>
      arms.map((arm) => {
        const { version, revision, role } = arm;
        return { process: this.#process, model, version, revision, role, startedAt, lengthMs, ...arm.counts() };
      }),
    );
    this.#arms = new Map();
    // A wall clock that was set back must not give two windows the same key: the second would pass for the first one again.
    this.#startedAt = Math.max(now, this.#startedAt + 1);
    return rows;
  }
}
