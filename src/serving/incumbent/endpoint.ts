import { FinalError, TransientError } from '../../errors.ts';
import type { ParsedRow } from '../row-parsing.ts';
import { askedFeatures, type AskedFeature } from './cells.ts';
import { answerOf, type EndpointAnswer } from './endpoint-answer.ts';
import { Exchange, nameOf, type Reply } from './exchange.ts';
import type { IncumbentConfig } from './incumbent-config.ts';
import { decodePredictions, encodeMlflow, encodePawl, type FoundRows } from './json-formats.ts';
import { decodeV2, encodeV2, guessedPlan, planOf, type V2Plan } from './v2-format.ts';

interface AskOptions {
  /** Default: the configuration's. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The endpoint that a team had before pawl. */
export class Endpoint {
  readonly config: IncumbentConfig;
  readonly url: URL;
  readonly #features: readonly AskedFeature[];
  readonly #exchange: Exchange;
  /** How it wants its tensors; null until it was asked, and again when it refused what it got. */
  #plan: V2Plan | null = null;
  #cpuMs = 0;

  constructor(config: IncumbentConfig, connections: number) {
    this.config = config;
    this.url = rowsUrl(config);
    this.#features = askedFeatures(config.signature, config.features);
    this.#exchange = new Exchange(connections);
  }

  /** Processor time that asking has taken in this process, ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /**
   * One answer a row, in their order.
   * @throws TransientError PAWL_INCUMBENT_UNAVAILABLE where it does not answer in time, or says that it cannot now (429, 5xx);
   * FinalError PAWL_INCUMBENT_ANSWER_INVALID where it refuses the rows, or its answer means nothing
   */
  async ask(
    rows: readonly ParsedRow[],
    { timeoutMs = this.config.timeoutMs, signal }: AskOptions = {},
  ): Promise<EndpointAnswer[]> {
    const plan = this.config.format === 'v2' ? await this.#planned(timeoutMs, signal) : null;
    const began = performance.now();
    const body = JSON.stringify(this.#encode(plan, rows));
    this.#cpuMs += performance.now() - began;
    const reply = await this.#exchange.post(this.url, body, timeoutMs, signal);
    const back = performance.now();
    try {
      return this.#read(reply, rows.length);
    } catch (error) {
      this.#plan = null;
      throw error;
    } finally {
      this.#cpuMs += performance.now() - back;
    }
  }

  close(): void {
    this.#exchange.close();
  }

  #encode(plan: V2Plan | null, rows: readonly ParsedRow[]): unknown {
    if (plan !== null) return encodeV2(plan, rows);
    return this.config.format === 'mlflow' ? encodeMlflow(this.#features, rows) : encodePawl(this.#features, rows);
  }

  #read(reply: Reply, rows: number): EndpointAnswer[] {
    this.#refuseFailure(reply);
    let json: unknown;
    try {
      json = JSON.parse(reply.body.toString('utf8'));
    } catch {
      throw this.#invalid(`is no JSON: ${excerpt(reply)}`);
    }
    const classes = this.config.signature.classes?.length;
    const found: FoundRows = this.config.format === 'v2' ? decodeV2(json, rows, classes) : decodePredictions(json, classes);
    if (typeof found === 'string') throw this.#invalid(`cannot be read: ${found}`);
    if (found.length !== rows) throw this.#invalid(`has ${found.length} predictions for ${rows} rows`);
    return found.map((one, i) => {
      const answer = answerOf(one, this.config.signature);
      if (typeof answer === 'string') throw this.#invalid(`cannot be read: row ${i + 1}: ${answer}`);
      return answer;
    });
  }

  #refuseFailure(reply: Reply): void {
    if (reply.status >= 200 && reply.status < 300) return;
    const answered = `${nameOf(this.url)} answered ${reply.status}: ${excerpt(reply)}`;
    if (reply.status === 429 || reply.status >= 500) throw new TransientError('PAWL_INCUMBENT_UNAVAILABLE', answered);
    throw new FinalError('PAWL_INCUMBENT_ANSWER_INVALID', answered);
  }

  /** An endpoint that knows no metadata, or names no inputs there, gets a tensor for each feature. */
  async #planned(timeoutMs: number, signal: AbortSignal | undefined): Promise<V2Plan> {
    if (this.#plan !== null) return this.#plan;
    const url = new URL(this.url);
    url.pathname = url.pathname.replace(/\/infer$/, '');
    const reply = await this.#exchange.get(url, timeoutMs, signal);
    if (reply.status === 429 || (reply.status >= 500 && reply.status !== 501)) this.#refuseFailure(reply);
    const plan = planOf(reply.status === 200 ? parsed(reply) : null, this.#features);
    if (typeof plan === 'string') throw new FinalError('PAWL_INCUMBENT_ANSWER_INVALID', `${nameOf(url)} does not fit: ${plan}.`);
    this.#plan = plan ?? guessedPlan(this.#features);
    return this.#plan;
  }

  #invalid(because: string): FinalError {
    return new FinalError('PAWL_INCUMBENT_ANSWER_INVALID', `The answer of ${nameOf(this.url)} ${because}.`);
  }
}

const tails = {
  v2: (model: string) => `/v2/models/${encodeURIComponent(model)}/infer`,
  pawl: (model: string) => `/v1/models/${encodeURIComponent(model)}/predict`,
  mlflow: () => '/invocations',
} as const;
const lastSegments = { v2: '/infer', pawl: '/predict', mlflow: '/invocations' } as const;

/** The configured URL where it ends as the format's does; else the format's path below it. */
function rowsUrl({ url, format, model }: IncumbentConfig): URL {
  const whole = new URL(url);
  const path = whole.pathname.replace(/\/+$/, '');
  whole.pathname = path.endsWith(lastSegments[format]) ? path : path + tails[format](model);
  return whole;
}

function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch {
    return null;
  }
}

function excerpt({ body }: Reply): string {
  const text = body.toString('utf8', 0, 1000).replaceAll(/\s+/g, ' ').trim();
  return text === '' ? 'an empty body' : text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
