import { fileURLToPath } from 'node:url';
import { FinalError } from '../errors.ts';
import { folderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { s3Store } from './s3-store.ts';

/**
 * The store of a URL: `file:///folder` or `s3://bucket/prefix`.
 * @param options.s3Endpoint only for S3 servers other than AWS.
 * @throws FinalError PAWL_SETTINGS_INVALID
 */
export function openStore(url: string, options: { s3Endpoint?: string } = {}): ObjectStore {
  const { protocol, host, pathname } = parse(url);
  if (protocol === 'file:' && host === '') return folderStore(fileURLToPath(url));
  if (protocol === 's3:' && host !== '') {
    const prefix = pathname.replace(/^\/+|\/+$/g, '');
    return s3Store({ bucket: host, prefix, ...(options.s3Endpoint === undefined ? {} : { endpoint: options.s3Endpoint }) });
  }
  throw invalid(url);
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw invalid(url, cause);
  }
}

function invalid(url: string, cause?: unknown): FinalError {
  return new FinalError('PAWL_SETTINGS_INVALID', `${url} is no store; give file:///folder or s3://bucket/prefix.`, { cause });
}
