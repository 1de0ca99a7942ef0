import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { configuredSigner, configuredTrust } from '../attestation/configured.ts';
import type { Signer } from '../attestation/keys.ts';
import type { Trust } from '../attestation/trust.ts';
import { FinalError, TransientError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { openRegistry } from '../registry/registry.ts';
import { listModels } from '../registry/specs.ts';
import type { Settings } from '../settings.ts';
import { readSettings } from '../settings.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { openStore } from '../storage/open-store.ts';

/** Where `pawl dev` leaves the addresses of what it started. */
const devEnvironmentFile = join('.pawl', 'env.json');

/**
 * The environment, and under it what a `pawl dev` in this folder or one above left: a person who started the stack here
 * need not tell the CLI where it is.
 */
export function environment(directory = process.cwd(), env = process.env): NodeJS.ProcessEnv {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const file = join(folder, devEnvironmentFile);
    if (existsSync(file)) return { ...(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>), ...env };
    if (folder === dirname(folder)) return env;
  }
}

/** What a command talks to; each part is opened when it is first asked for. */
export class Session {
  #settings: Settings | null = null;
  #registry: Registry | null = null;
  #client: Client | null = null;
  #store: ObjectStore | null = null;

  get settings(): Settings {
    return (this.#settings ??= readSettings(environment()));
  }

  get registry(): Registry {
    return (this.#registry ??= openRegistry(this.settings.PAWL_REGISTRY_URL));
  }

  get store(): ObjectStore {
    const { PAWL_STORE_URL: url, PAWL_S3_ENDPOINT: s3Endpoint } = this.settings;
    return (this.#store ??= openStore(url, s3Endpoint === undefined ? {} : { s3Endpoint }));
  }

  /** With which it signs; null where it is given no key. @throws FinalError PAWL_SETTINGS_INVALID */
  get signer(): Signer | null {
    return configuredSigner(this.settings);
  }

  /** Whose attestations count; null where no key is named. @throws FinalError PAWL_SETTINGS_INVALID */
  get trust(): Trust | null {
    return configuredTrust(this.settings);
  }

  /** Where the gateway of the settings listens. */
  get gateway(): string {
    return `http://${this.settings.PAWL_GATEWAY_HOST}:${this.settings.PAWL_GATEWAY_PORT}`;
  }

  /** @throws TransientError PAWL_TEMPORAL_UNAVAILABLE */
  async client(): Promise<Client> {
    if (this.#client !== null) return this.#client;
    const address = this.settings.PAWL_TEMPORAL_ADDRESS;
    // Only commands that speak to Temporal wait for its client to load.
    const { Client, Connection } = await import('@temporalio/client');
    try {
      const connection = await Connection.connect({ address, connectTimeout: '5s' });
      return (this.#client = new Client({ connection, namespace: this.settings.PAWL_TEMPORAL_NAMESPACE }));
    } catch (cause) {
      throw new TransientError('PAWL_TEMPORAL_UNAVAILABLE', `Nothing answers as Temporal at ${address}.`, { cause });
    }
  }

  /** @throws FinalError PAWL_MODEL_NOT_FOUND, naming those that there are. */
  async requireModel(model: string): Promise<void> {
    const models = await listModels(this.registry);
    if (models.includes(model)) return;
    const others = models.length === 0 ? 'there is none yet' : `there ${models.length === 1 ? 'is' : 'are'} ${models.join(', ')}`;
    throw new FinalError('PAWL_MODEL_NOT_FOUND', `The registry knows no model ${model}; ${others}.`);
  }

  async close(): Promise<void> {
    await this.#registry?.close();
    await this.#client?.connection.close();
  }
}

/** Whose name stands beside what is done. */
export function whoAsks(by: string | undefined): string {
  const named = by ?? process.env['PAWL_BY'];
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
