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
  if (!existsSync(signing)) writeFileSync(signing, `${mark}\n${newSigningKey()}`, { mode: 0o600, flag: 'wx' });
  // Somebody may have added the keys of others.
  if (!existsSync(trusted)) writeFileSync(trusted, `${mark}\n${pemOf([signerOf(readFileSync(signing, 'utf8')).publicKey])}`);
  return { signing, trusted };
}

/** Stands before the key, where PEM has room for comments (RFC 7468, section 2), and goes with a copy of the file. */
const mark = '# Made by pawl dev, for one machine.';

/** True of the files that `developmentKeys` writes, wherever they were copied to. */
export function isDevelopmentKey(pem: string): boolean {
  return pem.includes(mark);
}
