import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSigningKey, pemOf, signerOf } from './keys.ts';

export interface DevelopmentKeys {
  /** Paths, for PAWL_SIGNING_KEY_FILE and PAWL_TRUSTED_KEYS. */
  readonly signing: string;
  readonly trusted: string;
}

/**
 * The key that a stack on one machine signs with, made the first time and kept; only its user may read it.
 * @param folder there already
 */
export function developmentKeys(folder: string): DevelopmentKeys {
  const signing = join(folder, 'signing-key.pem');
  const trusted = join(folder, 'trusted-keys.pem');
  if (!existsSync(signing)) writeFileSync(signing, newSigningKey(), { mode: 0o600, flag: 'wx' });
  // Somebody may have added the keys of others.
  if (!existsSync(trusted)) writeFileSync(trusted, pemOf([signerOf(readFileSync(signing, 'utf8')).publicKey]));
  return { signing, trusted };
}
