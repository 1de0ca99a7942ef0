import type { Task } from '../onnx/signature.ts';
import type { WindowRow } from '../registry/windows.ts';
import { addBins, emptyLatency, latencyBin } from './latency-histogram.ts';
import type { Role } from './logged-prediction.ts';
import { scoreBin, scoreBins } from './score-histogram.ts';

/**
 * What one version did in one role under one traffic revision during one window. All counts add over processes and time.
 * Shadows are counted as requests of their own: their latency is that of scoring alone.
 */
export class Arm {
  readonly #task: Task;
  requests = 0;
  /** Requests that the caller got wrong; they are no requests of the version's. */
  callerFaults = 0;
  /** Requests that the version failed to score. */
  errors = 0;
  /** Of the errors, those that the champion answered in its place. */
  fallbacks = 0;
  readonly latency = emptyLatency();
  readonly score: number[];

  constructor(task: Task) {
    this.#task = task;
    this.score = new Array<number>(scoreBins(task)).fill(0);
  }

  /** A request that was answered, after so many ms. */
  answered(ms: number, scores: readonly number[]): void {
    this.#took(ms);
    for (const score of scores) {
      const bin = scoreBin(this.#task, score);
      this.score[bin] = (this.score[bin] ?? 0) + 1;
    }
  }

  /** A request that the version failed; `fellBack` where the champion answered it. */
  failed(ms: number, fellBack: boolean): void {
    this.#took(ms);
    this.errors++;
    if (fellBack) this.fallbacks++;
  }

  #took(ms: number): void {
    this.requests++;
    const bin = latencyBin(ms);
    this.latency[bin] = (this.latency[bin] ?? 0) + 1;
  }
}

/** The windows of a process that are open now. */
export class OpenWindows {
  readonly #process: string;
  #startedAt: number;
  #arms = new Map<
    string,
    { readonly model: string; readonly version: number; readonly revision: number; readonly role: Role; readonly arm: Arm }
  >();

  constructor(process: string, now: number) {
    this.#process = process;
    this.#startedAt = now;
  }

  arm(model: string, task: Task, version: number, revision: number, role: Role): Arm {
    const key = `${model}/${version}/${revision}/${role}`;
    let entry = this.#arms.get(key);
    if (entry === undefined) {
      entry = { model, version, revision, role, arm: new Arm(task) };
      this.#arms.set(key, entry);
    }
    return entry.arm;
  }

  /** Ends the windows at `now` (ms since 1970) and begins the next ones. Empty ones give no row. */
  close(now: number): WindowRow[] {
    const startedAt = new Date(this.#startedAt);
    const lengthMs = Math.max(0, now - this.#startedAt);
    const rows = [...this.#arms.values()].map(({ model, version, revision, role, arm }) => {
      const { requests, callerFaults, errors, fallbacks, latency, score } = arm;
      return {
        process: this.#process,
        model,
        version,
        revision,
        role,
        startedAt,
        lengthMs,
        requests,
        callerFaults,
        errors,
        fallbacks,
        latency,
        score,
      };
    });
    this.#arms = new Map();
    // A wall clock that was set back must not give two windows the same key: the second would pass for the first one again.
    this.#startedAt = Math.max(now, this.#startedAt + 1);
    return rows;
  }
}

/** The same counts in fewer rows: those of equal process, model, version, revision and role become one, from the earliest start. */
export function mergeWindows(rows: readonly WindowRow[]): WindowRow[] {
  const merged = new Map<string, WindowRow>();
  for (const row of rows) {
    const key = `${row.process}/${row.model}/${row.version}/${row.revision}/${row.role}`;
    const onto = merged.get(key);
    if (onto === undefined) {
      merged.set(key, row);
      continue;
    }
    const startedAt = new Date(Math.min(onto.startedAt.getTime(), row.startedAt.getTime()));
    const endedAt = Math.max(onto.startedAt.getTime() + onto.lengthMs, row.startedAt.getTime() + row.lengthMs);
    const [latency, score] = [[...onto.latency], [...onto.score]];
    addBins(latency, row.latency);
    addBins(score, row.score);
    merged.set(key, {
      ...onto,
      startedAt,
      lengthMs: endedAt - startedAt.getTime(),
      requests: onto.requests + row.requests,
      callerFaults: onto.callerFaults + row.callerFaults,
      errors: onto.errors + row.errors,
      fallbacks: onto.fallbacks + row.fallbacks,
      latency,
      score,
    });
  }
  return [...merged.values()];
}
