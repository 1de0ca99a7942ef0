import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { FinalError, TransientError } from '../errors.ts';
import { checkKey, checkPrefix, keyOf } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** All keys begin with it in the bucket; without slashes at its ends, empty for the whole bucket. */
  readonly prefix?: string;
  /** Only for servers other than AWS; the bucket is then named in the path. */
  readonly endpoint?: string;
  /** Default: AWS_REGION; us-east-1 where an endpoint is given. */
  readonly region?: string;
  /** Default: the AWS SDK's own chain (environment, profile, instance role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The most keys that S3 gives in one page. */
const page = 1000;

const checksumsWhenRequired = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

/** Objects in a bucket of S3, or of a server that speaks its protocol. */
export function s3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

class S3Store implements ObjectStore {
  readonly root: string;
  readonly #config: S3ClientConfig;
  #client: Promise<S3> | null = null;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(options: S3StoreOptions) {
    const { bucket, prefix = '', endpoint, credentials } = options;
    const region = options.region ?? process.env['AWS_REGION'] ?? (endpoint === undefined ? undefined : 'us-east-1');
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${checkKey(prefix)}/`;
    this.root = `s3://${bucket}/${this.#prefix}`;
    this.#config = {
      ...(region === undefined ? {} : { region }),
      ...(credentials === undefined ? {} : { credentials }),
      // Other servers lack the checksums that AWS's SDK wants of its own accord, or keep them beside an object without
      // replacing both at once. Digests are checked by whoever reads.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true, ...checksumsWhenRequired }),
      requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
    };
  }

  async put(key: string, body: Uint8Array): Promise<string> {
    const object = { Bucket: this.#bucket, Key: this.#prefix + checkKey(key), Body: body, ContentLength: body.byteLength };
    await this.#attempt(key, (s3) => s3.putObject(object));
    return this.root + key;
  }

  async get(keyOrUri: string): Promise<Uint8Array> {
    const key = keyOf(this.root, keyOrUri);
    return this.#attempt(key, async (s3) => {
      const { Body } = await s3.getObject({ Bucket: this.#bucket, Key: this.#prefix + key });
      return Body === undefined ? new Uint8Array() : Body.transformToByteArray();
    });
  }

  /** By a listing: a HEAD cannot tell a missing object from a missing bucket, or from one that may not be read. */
  async exists(keyOrUri: string): Promise<boolean> {
    const key = keyOf(this.root, keyOrUri);
    return (await this.list(key, { limit: 1 }))[0] === key;
  }

  async list(prefix: string, options: { after?: string; limit?: number } = {}): Promise<string[]> {
    const found: string[] = [];
    const limit = options.limit ?? Infinity;
    const request = {
      Bucket: this.#bucket,
      Prefix: this.#prefix + checkPrefix(prefix),
      ...(options.after === undefined || options.after === '' ? {} : { StartAfter: this.#prefix + options.after }),
    };
    let next: string | undefined;
    while (found.length < limit) {
      const position = next === undefined ? {} : { ContinuationToken: next };
      const asked = { ...request, ...position, MaxKeys: Math.min(page, limit - found.length) };
      const answer = await this.#attempt(prefix, (s3) => s3.listObjectsV2(asked));
      // Some servers and consoles keep folders as empty objects that end in a slash; they are none of ours.
      for (const { Key } of answer.Contents ?? [])
        if (Key !== undefined && !Key.endsWith('/')) found.push(Key.slice(this.#prefix.length));
      next = answer.NextContinuationToken;
      if (next === undefined) break;
    }
    return found;
  }

  async delete(keyOrUri: string): Promise<void> {
    const key = keyOf(this.root, keyOrUri);
    try {
      await this.#attempt(key, (s3) => s3.deleteObject({ Bucket: this.#bucket, Key: this.#prefix + key }));
    } catch (error) {
      if (!(error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND')) throw error;
    }
  }

  async localPath(keyOrUri: string, directory: string): Promise<string> {
    const key = keyOf(this.root, keyOrUri);
    const name = `${createHash('sha256').update(key).digest('hex').slice(0, 16)}-${key.slice(key.lastIndexOf('/') + 1)}`;
    const temporary = join(directory, `${randomUUID()}.part`);
    await mkdir(directory, { recursive: true });
    try {
      await this.#attempt(key, async (s3) => {
        const { Body } = await s3.getObject({ Bucket: this.#bucket, Key: this.#prefix + key });
        await pipeline(Body as Readable, createWriteStream(temporary));
      });
      await rename(temporary, join(directory, name));
    } finally {
      await rm(temporary, { force: true });
    }
    return join(directory, name);
  }

  async link(keyOrUri: string, access: 'read' | 'write', seconds: number): Promise<string> {
    const key = keyOf(this.root, keyOrUri);
    const object = { Bucket: this.#bucket, Key: this.#prefix + key };
    return this.#attempt(key, async (s3) => {
      const [{ GetObjectCommand, PutObjectCommand }, { getSignedUrl }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('@aws-sdk/s3-request-presigner'),
      ]);
      const command = access === 'read' ? new GetObjectCommand(object) : new PutObjectCommand(object);
      return getSignedUrl(s3, command, { expiresIn: seconds });
    });
  }

  /** Does it and says what the server's refusal means. */
  async #attempt<T>(key: string, act: (s3: S3) => Promise<T>): Promise<T> {
    try {
      return await act(await (this.#client ??= connect(this.#config)));
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      if (name === 'NoSuchKey')
        throw new FinalError('PAWL_OBJECT_NOT_FOUND', `${this.root}${key} is not there.`, { cause: error });
      throw new TransientError('PAWL_STORE_UNAVAILABLE', `${this.root}${key}: ${name === 'Error' ? '' : `${name}: `}${message}`, {
        cause: error,
      });
    }
  }
}

/** The SDK takes a quarter of a second to load, which nobody waits for whose objects are elsewhere. */
async function connect(config: S3ClientConfig): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3');
  return new S3(config);
}
