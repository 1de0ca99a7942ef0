import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrafficAssignment } from '../registry/traffic-assignment.ts';

/** What a gateway knows of the traffic: the models there are, and the assignments of those that have one. */
export interface Traffic {
  readonly models: readonly string[];
  readonly assignments: readonly TrafficAssignment[];
}

/** The name of the traffic in the cache. */
export const trafficFile = 'traffic.json';

/** `sha256:` and 64 hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What a gateway needs to start while registry and object store are away: the traffic as last known, and the artifacts. */
export class LocalCache {
  readonly #directory: string;
  #parts = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async saveTraffic({ models, assignments }: Traffic): Promise<void> {
    const content = { models, assignments };
    await this.#write(trafficFile, JSON.stringify({ digest: digestOf(Buffer.from(JSON.stringify(content))), ...content }));
  }

  /**
   * The traffic as last known; null where nothing is there, or not what was saved. How long it lay there nobody knows, so its
   * leases count as run out.
   */
  async readTraffic(): Promise<Traffic | null> {
    try {
      const { digest, ...traffic } = JSON.parse(await readFile(join(this.#directory, trafficFile), 'utf8')) as Traffic & {
        digest: string;
      };
      if (digestOf(Buffer.from(JSON.stringify(traffic))) !== digest) return null;
      const assignments = traffic.assignments.map((assignment) => ({
        ...assignment,
        leaseRemainingMs: assignment.challenger === null ? null : 0,
      }));
      return { models: [...traffic.models], assignments };
    } catch {
      return null;
    }
  }

  async saveArtifact(digest: string, bytes: Uint8Array): Promise<void> {
    await this.#write(artifactFile(digest), bytes);
  }

  /** The artifact; null where it is not there, or damaged. */
  async readArtifact(digest: string): Promise<Uint8Array | null> {
    try {
      const bytes = await readFile(join(this.#directory, artifactFile(digest)));
      return digestOf(bytes) === digest ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Whether an artifact is there, and is what its digest says. */
  async stateOf(digest: string): Promise<'intact' | 'damaged' | 'missing'> {
    try {
      return digestOf(await readFile(join(this.#directory, artifactFile(digest)))) === digest ? 'intact' : 'damaged';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'damaged';
    }
  }

  /** Removes the artifacts of all versions but these. */
  async keepOnly(digests: readonly string[]): Promise<void> {
    const kept = new Set(digests.map(artifactFile));
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names) if (name.endsWith('.onnx') && !kept.has(name)) await unlink(join(this.#directory, name));
  }

  /** A reader, also one after a crash, sees the whole file or the one before. */
  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const path = join(this.#directory, name);
    // Two versions may have equal bytes, and be written at once.
    const part = `${path}.${++this.#parts}.part`;
    await writeFile(part, content);
    await rename(part, path);
  }
}

/** The name of an artifact in the cache. */
export function artifactFile(digest: string): string {
  return `${digest.slice('sha256:'.length)}.onnx`;
}
