import { TransientError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';

/** In the place of a store where none is named: what is to be put waits, and what is to be read is not there. */
export function absentStore(): ObjectStore {
  const refuse = () =>
    Promise.reject(new TransientError('PAWL_STORE_UNAVAILABLE', 'No object store is named: PAWL_STORE_URL is not set.'));
  return {
    root: 'absent:',
    put: refuse,
    get: refuse,
    exists: refuse,
    list: refuse,
    delete: refuse,
    localPath: refuse,
    link: refuse,
  };
}
