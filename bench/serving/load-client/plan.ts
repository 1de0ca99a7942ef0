/** One request of a target: what its callers send, serialised before the load begins. */
export interface PreparedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The file that a load client reads its requests from. */
export interface PreparedRequests {
  readonly path: string;
  readonly requests: readonly PreparedRequest[];
}

/** What a load client is asked to do; it reads this as JSON from its standard input. */
export interface LoadPlan {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Names a file of PreparedRequests. */
  readonly requestsFile: string;
  /** Each has one request under way at a time. */
  readonly connections: number;
  /** Requests a second, sent whether or not the earlier ones were answered; null: each connection sends when it was answered. */
  readonly rate: number | null;
  /** Load before anything is measured, s. */
  readonly warmUp: number;
  /** Length of what is measured, s. */
  readonly duration: number;
  /** A request without answer for so long is an error, ms. */
  readonly timeoutMs: number;
  /** Answers are counted by this header's value, lower case; null: not. */
  readonly countBy: string | null;
}

/** Latencies, ms. */
export interface Latencies {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What a load client found; it prints this as JSON. */
export interface LoadResult {
  /** Answers with status 200 whose latency was measured: given (closed loop) or due (open loop) in the measured time. */
  readonly answered: number;
  /** Answers given in the measured time, a second. */
  readonly perSecond: number;
  /** Closed loop: from the sending of a request; open loop: from the moment when it was to be sent. To the last byte of the answer. */
  readonly latency: Latencies;
  /** By what happened, from the first request to the last, warm-up included. */
  readonly errors: Readonly<Record<string, number>>;
  /** Answers by the value of the counted header, warm-up included. */
  readonly counted: Readonly<Record<string, number>>;
  /** Answers given in each second of the measured time. */
  readonly seconds: readonly number[];
  /** Requests answered with 200, warm-up included: what the target worked for from beginning to end. */
  readonly total: number;
  /** Share of one core that the client itself used while it measured. */
  readonly clientCpu: number;
}
