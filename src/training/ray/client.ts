import { z } from 'zod';
import { FinalError, TransientError } from '../../errors.ts';
import { type Answer, request } from './request.ts';

/** How long the cluster may take to answer, ms; longer for a package. */
const usualPatience = 20_000;
const uploadPatience = 300_000;

const details = z.object({
  status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']),
  message: z.string().nullish(),
});

const printed = z.object({ logs: z.string() });
const running = z.object({ ray_version: z.string() });

/** What Ray says of a job. */
export interface RayJob {
  readonly status: z.output<typeof details>['status'];
  /** Ray's own words; of a failed job the end of its log is in them. */
  readonly message: string;
}

export interface RayJobRequest {
  readonly entrypoint: string;
  readonly submission_id: string;
  readonly runtime_env: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entrypoint_num_cpus?: number;
  readonly entrypoint_num_gpus?: number;
  readonly entrypoint_memory?: number;
}

/**
 * A Ray cluster's Jobs REST API (Ray 2.x documentation, "Ray Jobs REST API").
 * Every call throws TransientError PAWL_RAY_UNAVAILABLE where the cluster does not answer, or says that it cannot just now, and
 * FinalError PAWL_RAY_REFUSED where it says no.
 */
export class RayJobs {
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param address of the head node's dashboard, such as `http://ray-head:8265`
   * @param token where the cluster asks for one (RAY_AUTH_MODE=token)
   */
  constructor(address: string, token: string | null) {
    this.#address = address.replace(/\/+$/, '');
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  /** The version of Ray that runs there. */
  async version(): Promise<string> {
    return this.#read(running, await this.#ask('GET', '/api/version'), 'GET /api/version').ray_version;
  }

  /** Uploads a zip file of a job's working directory, unless the cluster has it. Returns its URI there. */
  async putPackage(name: string, zip: Uint8Array): Promise<string> {
    const path = `/api/packages/gcs/${name}.zip`;
    if ((await this.#ask('GET', path)).status !== 200)
      this.#done(await this.#ask('PUT', path, zip, uploadPatience), `PUT ${path}`);
    return `gcs://${name}.zip`;
  }

  /** Submits a job. Where there is one with this id already, that is the job. */
  async submit(wanted: RayJobRequest): Promise<void> {
    const answer = await this.#ask('POST', '/api/jobs/', JSON.stringify(wanted));
    // Ray has no status of its own for it.
    if (!/already exists/.test(answer.text)) this.#done(answer, 'POST /api/jobs/');
  }

  /** Null where there is no such job. */
  async find(id: string): Promise<RayJob | null> {
    const answer = await this.#ask('GET', `/api/jobs/${id}`);
    if (answer.status === 404) return null;
    const { status, message } = this.#read(details, answer, `GET /api/jobs/${id}`);
    return { status, message: message ?? '' };
  }

  /** All that the job has printed so far. */
  async logs(id: string): Promise<string> {
    return this.#read(printed, await this.#ask('GET', `/api/jobs/${id}/logs`), `GET /api/jobs/${id}/logs`).logs;
  }

  /** Asks a job to stop. Nothing happens where it has ended, or never was. */
  async stop(id: string): Promise<void> {
    const answer = await this.#ask('POST', `/api/jobs/${id}/stop`);
    if (answer.status !== 404) this.#done(answer, `POST /api/jobs/${id}/stop`);
  }

  async #ask(method: string, path: string, body?: string | Uint8Array, patience = usualPatience): Promise<Answer> {
    try {
      return await request(this.#address + path, { method, headers: this.#headers, patience }, body);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TransientError('PAWL_RAY_UNAVAILABLE', `${this.#address} does not answer: ${reason}`, { cause });
    }
  }

  #done({ status, text }: Answer, what: string): void {
    if (status < 200 || status > 299) throw this.#refusal(what, status, text);
  }

  #read<T>(schema: z.ZodType<T>, answer: Answer, what: string): T {
    this.#done(answer, what);
    try {
      return schema.parse(JSON.parse(answer.text));
    } catch {
      throw this.#refusal(`${what}, which is not what Ray says`, answer.status, answer.text);
    }
  }

  #refusal(what: string, status: number, text: string): Error {
    const said = `${this.#address} answered ${what} with ${status}: ${text.trim().slice(-500)}`;
    if (status >= 500 || status === 429) return new TransientError('PAWL_RAY_UNAVAILABLE', said);
    return new FinalError('PAWL_RAY_REFUSED', said);
  }
}
