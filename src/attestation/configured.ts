import { readFileSync } from 'node:fs';
import { FinalError } from '../errors.ts';
import type { EdgeSettings } from '../settings.ts';
import { publicKeysOf, type Signer, signerOf, type TrustedKeys } from './keys.ts';
import type { Trust } from './trust.ts';

type SigningSettings = Pick<EdgeSettings, 'PAWL_SIGNING_KEY' | 'PAWL_SIGNING_KEY_FILE'>;
type TrustSettings = Pick<EdgeSettings, 'PAWL_TRUSTED_KEYS' | 'PAWL_ATTESTATIONS'>;
export type KeySettings = SigningSettings & TrustSettings;

/**
 * With what a process signs; null where it is given no key.
 * @throws FinalError PAWL_SETTINGS_INVALID
 */
export function configuredSigner(settings: SigningSettings): Signer | null {
  const { PAWL_SIGNING_KEY: text, PAWL_SIGNING_KEY_FILE: file } = settings;
  if (text !== undefined && file !== undefined)
    throw invalid('PAWL_SIGNING_KEY', 'it and PAWL_SIGNING_KEY_FILE are both set; one key signs');
  if (text !== undefined) return reading('PAWL_SIGNING_KEY', () => signerOf(text));
  if (file !== undefined) return reading('PAWL_SIGNING_KEY_FILE', () => signerOf(contentOf(file)));
  return null;
}

/** All that the settings give as keys, word for word. For settings that `configuredSigner` and `configuredTrust` can read. */
export function keyTexts({ PAWL_SIGNING_KEY: text, PAWL_SIGNING_KEY_FILE: file, PAWL_TRUSTED_KEYS: named }: KeySettings): {
  readonly signing: string;
  readonly trusted: readonly string[];
} {
  const signing = text ?? (file === undefined ? '' : contentOf(file));
  const trusted = named === undefined ? [] : isPem(named) ? [named] : filesOf(named).map(contentOf);
  return { signing, trusted };
}

/**
 * Whose word counts; null where no key is named.
 * @throws FinalError PAWL_SETTINGS_INVALID, also where attestations are required and there is no key to check them with
 */
export function configuredTrust(settings: TrustSettings): Trust | null {
  const { PAWL_TRUSTED_KEYS: named, PAWL_ATTESTATIONS: policy } = settings;
  const required = policy === 'required';
  if (named !== undefined) return { keys: reading('PAWL_TRUSTED_KEYS', () => trustedKeys(named)), required };
  if (required) throw invalid('PAWL_TRUSTED_KEYS', 'PAWL_ATTESTATIONS=required needs at least one key to check them with');
  return null;
}

/** PEM itself, or files of it, separated by commas. */
function trustedKeys(named: string): TrustedKeys {
  if (isPem(named)) return publicKeysOf(named);
  return new Map(filesOf(named).flatMap((file) => [...naming(file, () => publicKeysOf(contentOf(file)))]));
}

const isPem = (named: string) => named.includes('-----BEGIN');

/** The files that PAWL_TRUSTED_KEYS names; none where it is PEM itself. */
export function filesOf(named: string): readonly string[] {
  return isPem(named) ? [] : named.split(',').map((file) => file.trim());
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, { cause: error });
  }
}

function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new Error(because.startsWith(file) ? because : `${file}: ${because}`, { cause: error });
  }
}

function reading<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalid(variable, error instanceof Error ? error.message : String(error));
  }
}

function invalid(variable: string, because: string): FinalError {
  return new FinalError('PAWL_SETTINGS_INVALID', 'The environment is incomplete or malformed.', {
    problems: [{ subject: variable, message: `${variable}: ${because}.` }],
  });
}
