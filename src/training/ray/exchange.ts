import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ObjectStore } from '../../storage/object-store.ts';
import { type JobFile, largestModel } from '../command/job.ts';
import type { Ending } from '../command/verdict.ts';

/** A job whose lease nobody has renewed for so long ends by itself, s. */
const leaseSeconds = 600;
/** How long a link is good for: renewed with the lease, it has to outlive it, s. */
const linkSeconds = 3 * 3600;

const ending = z.strictObject({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  limit: z.enum(['time', 'disk']).nullable(),
  tail: z.string(),
});

/** What a job is asked to do, with the job of every trainer in it. */
export interface RayTask {
  readonly command: readonly string[];
  /** Variables beside those of the cluster. */
  readonly environment: Readonly<Record<string, string>>;
  readonly job: Omit<JobFile, 'output'>;
}

/**
 * The objects by which a worker and a job on a cluster deal with each other, all below one key: what the job gets, the lease by which it
 * sees that a worker waits, and what it leaves. The job has links and no credentials.
 */
export class Exchange {
  readonly #store: ObjectStore;
  readonly #key: string;
  #beats = 0;

  /** @param key ends without a slash; nothing else begins with it and a slash */
  constructor(store: ObjectStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** Puts the task and all that it names. Returns the link by which the job begins. */
  async offer(task: RayTask, inputs: { readonly rows: Uint8Array; readonly prior: string | null }): Promise<string> {
    await this.#store.put(`${this.#key}/rows`, inputs.rows);
    const links = await this.#links();
    const rows = await this.#store.link(`${this.#key}/rows`, 'read', linkSeconds);
    const prior = inputs.prior === null ? null : await this.#store.link(inputs.prior, 'read', linkSeconds);
    const body = { ...task, inputs: { rows, prior }, links, lease_s: leaseSeconds };
    await this.renew();
    await this.#store.put(`${this.#key}/task.json`, Buffer.from(JSON.stringify(body)));
    return this.#store.link(`${this.#key}/task.json`, 'read', linkSeconds);
  }

  /** Says that somebody waits for the job, and gives it links that are new. */
  async renew(): Promise<void> {
    const lease = { beat: `${process.pid}-${Date.now()}-${this.#beats++}`, links: await this.#links() };
    await this.#store.put(`${this.#key}/lease.json`, Buffer.from(JSON.stringify(lease)));
  }

  /** How the command ended; null where the job has not said. */
  async ending(): Promise<Ending | null> {
    const key = `${this.#key}/ending.json`;
    if (!(await this.#store.exists(key))) return null;
    const said = ending.safeParse(JSON.parse(Buffer.from(await this.#store.get(key)).toString('utf8')));
    return said.success ? said.data : null;
  }

  /** Brings the files that the command left to this machine; what it did not leave is missing here too. */
  async fetch(output: JobFile['output']): Promise<void> {
    await mkdir(dirname(output.model), { recursive: true });
    for (const [name, path] of Object.entries(output)) {
      const key = `${this.#key}/${name}`;
      if (!(await this.#store.exists(key))) continue;
      const bytes = await this.#store.get(key);
      if (bytes.length <= largestModel) await writeFile(path, bytes);
    }
  }

  /** Removes what was exchanged. */
  async clear(): Promise<void> {
    await removeBelow(this.#store, `${this.#key}/`);
  }

  async #links(): Promise<Record<string, string>> {
    const link = (name: string, access: 'read' | 'write') => this.#store.link(`${this.#key}/${name}`, access, linkSeconds);
    return {
      lease: await link('lease.json', 'read'),
      model: await link('model', 'write'),
      report: await link('report', 'write'),
      golden: await link('golden', 'write'),
      ending: await link('ending.json', 'write'),
    };
  }
}

/** Removes what trainings of earlier releases left whose worker did not come back. @param prefix of the model, with a slash */
export async function clearOthers(store: ObjectStore, prefix: string, kept: string): Promise<void> {
  for (const key of await store.list(prefix)) if (!key.startsWith(kept)) await store.delete(key);
}

async function removeBelow(store: ObjectStore, prefix: string): Promise<void> {
  for (const key of await store.list(prefix)) await store.delete(key);
}
