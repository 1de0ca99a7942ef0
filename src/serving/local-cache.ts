import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrafficAssignment } from '../registry/traffic-assignment.ts';

/** What a gateway knows of the traffic: the models there are, and the assignments of those that have one. */
export interface Traffic {
  readonly models: readonly string[];
  readonly assignments: readonly TrafficAssignment[];
}

/** `sha256:` and 64 hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What a gateway needs to start while registry and object store are away: the traffic as last known, and the artifacts. */
export class LocalCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async saveTraffic(traffic: Traffic): Promise<void> {
    await this.#write('traffic.json', JSON.stringify(traffic));
  }

  /**
   * The traffic as last known; null where nothing (or nothing readable) is there. How long it lay there nobody knows, so its
   * leases count as run out.
   */
  async readTraffic(): Promise<Traffic | null> {
    try {
      const traffic = JSON.parse(await readFile(join(this.#directory, 'traffic.json'), 'utf8')) as Traffic;
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
    await this.#write(fileOf(digest), bytes);
  }

  /** The artifact; null where it is not there, or damaged. */
  async readArtifact(digest: string): Promise<Uint8Array | null> {
    try {
      const bytes = await readFile(join(this.#directory, fileOf(digest)));
      return digestOf(bytes) === digest ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Removes the artifacts of all versions but these. */
  async keepOnly(digests: readonly string[]): Promise<void> {
    const kept = new Set(digests.map(fileOf));
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names) if (name.endsWith('.onnx') && !kept.has(name)) await unlink(join(this.#directory, name));
  }

  /** A reader, also one after a crash, sees the whole file or the one before. */
  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const path = join(this.#directory, name);
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
  }
}

function fileOf(digest: string): string {
  return `${digest.slice('sha256:'.length)}.onnx`;
}
