import type { LeashedProcess } from '../processes/leashed.ts';
import type { Say } from '../programs/program.ts';
import { exitWords } from '../servers/readiness.ts';

export interface PartOptions {
  /** `postgres`, `training-1`, … */
  readonly name: string;
  /** Starts it and resolves when it is ready. Rejects, leaving nothing behind, when it cannot be, or on the signal. */
  launch(signal: AbortSignal): Promise<LeashedProcess>;
  readonly say: Say;
  /** Called with the id of every process that was started. */
  onStarted(pid: number): void;
}

/** How long to wait before the n-th restart in a row, ms. */
export function restartDelay(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** (attempt - 1));
}

/** A part that ran this long was well; its next crash is a first one again, ms. */
const wellAfter = 60_000;

/** One part of the stack: started, and started again with growing pauses whenever it ends by itself. */
export class SupervisedPart {
  readonly name: string;
  /** How often it was started again. */
  restarts = 0;
  private readonly options: PartOptions;
  private readonly stopping = new AbortController();
  private current: LeashedProcess | null = null;
  private attempts = 0;
  private timer: NodeJS.Timeout | null = null;
  private starting: Promise<void> = Promise.resolve();

  constructor(options: PartOptions) {
    this.options = options;
    this.name = options.name;
  }

  /** The process that runs now, or null between two. */
  get pid(): number | null {
    return this.current?.running === true ? this.current.pid : null;
  }

  /** The first start: a failure of it is the caller's. */
  async start(): Promise<void> {
    this.starting = this.launch();
    await this.starting;
  }

  /** Ends it for good, by force after the grace, ms. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.starting.catch(() => undefined);
    await this.current?.stop(graceMs);
  }

  private async launch(): Promise<void> {
    const started = performance.now();
    const process = await this.options.launch(this.stopping.signal);
    this.current = process;
    this.options.onStarted(process.pid);
    void process.exited.then((exit) => {
      if (this.stopping.signal.aborted) return;
      if (performance.now() - started > wellAfter) this.attempts = 0;
      this.again(`ended (${exitWords(exit)})`);
    });
  }

  private again(what: string): void {
    this.attempts += 1;
    const delay = restartDelay(this.attempts);
    this.options.say(`${this.name} ${what}; starting it again in ${String(delay / 1000)} s.`);
    this.timer = setTimeout(() => {
      this.starting = this.launch().then(
        () => {
          this.restarts += 1;
          this.options.say(`${this.name} is running again.`);
        },
        (error: unknown) => {
          if (this.stopping.signal.aborted) return;
          this.again(`did not start: ${error instanceof Error ? error.message : String(error)}`);
        },
      );
    }, delay);
  }
}
