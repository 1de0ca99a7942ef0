import { statSync } from 'node:fs';
import { FinalError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { counted } from '../stats/wording.ts';
import { configuredSigner, configuredTrust, filesOf, type KeySettings, keyTexts } from './configured.ts';
import { isDevelopmentKey } from './development-keys.ts';

type Servers = Pick<Settings, 'PAWL_REGISTRY_URL' | 'PAWL_STORE_URL' | 'PAWL_TEMPORAL_ADDRESS'>;

/** What the keys of the settings are good for. */
export interface KeysExamined {
  /** In a sentence. */
  readonly detail: string;
  /** What works, and should not stay as it is; a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Reads the keys that the settings name, as workers and gateways with the same settings do.
 * @throws FinalError PAWL_SETTINGS_INVALID where one cannot be read, or where the key that signs is not among those that are trusted
 */
export function examineKeys(settings: KeySettings & Servers): KeysExamined {
  const signer = configuredSigner(settings);
  const trust = configuredTrust(settings);
  if (signer !== null && trust !== null && !trust.keys.has(signer.keyid)) {
    const message = `PAWL_TRUSTED_KEYS: the key ${short(signer.keyid)}, which signs, is not among the ${counted(trust.keys.size, 'key')} named; gateways that trust these alone refuse every new version.`;
    throw new FinalError('PAWL_SETTINGS_INVALID', 'What is signed here is not trusted here.', {
      problems: [{ subject: 'PAWL_TRUSTED_KEYS', message }],
    });
  }
  const signs = signer === null ? 'no key to sign with, which pipeline workers need' : `${short(signer.keyid)} signs`;
  const trusts = trust === null ? 'none is trusted' : `${counted(trust.keys.size, 'key')} trusted`;
  const unchecked =
    signer !== null && trust === null ? ['PAWL_TRUSTED_KEYS is not set: nobody with these settings checks what is signed.'] : [];
  return {
    detail: `${signs}, ${trusts}, attestations ${settings.PAWL_ATTESTATIONS}`,
    warnings: [...unchecked, ...exposedFiles(settings), ...strayDevelopmentKeys(settings)],
  };
}

/** As people tell keys apart: the first of the 64 digits. */
const short = (keyid: string) => keyid.slice(0, 12);

/** Files that more people may read or change than should. */
function exposedFiles({ PAWL_SIGNING_KEY_FILE: signing, PAWL_TRUSTED_KEYS: trusted }: KeySettings): string[] {
  // Windows has no such bits; what Node.js makes up for them says nothing.
  if (process.platform === 'win32') return [];
  const warnings: string[] = [];
  const open = (file: string, bits: number, what: string, to: string) => {
    const mode = statSync(file).mode & 0o777;
    if ((mode & bits) !== 0) warnings.push(`${file} has mode ${mode.toString(8)}: ${what}. \`chmod ${to}\` it.`);
  };
  // A group may read a key: that is how a mounted secret reaches a process that is not root.
  if (signing !== undefined) open(signing, 0o006, 'every user of this machine can sign with it', '600');
  for (const file of trusted === undefined ? [] : filesOf(trusted))
    open(file, 0o002, 'every user of this machine can add a key to it', '644');
  return warnings;
}

/** Keys that `pawl dev` made for one machine, where more than one is at work. */
function strayDevelopmentKeys(settings: KeySettings & Servers): string[] {
  const urls = {
    PAWL_REGISTRY_URL: settings.PAWL_REGISTRY_URL,
    PAWL_STORE_URL: settings.PAWL_STORE_URL,
    PAWL_TEMPORAL_ADDRESS: `tcp://${settings.PAWL_TEMPORAL_ADDRESS}`,
  };
  const elsewhere = Object.entries(urls).find(([, url]) => !isHere(url));
  if (elsewhere === undefined) return [];
  const { signing, trusted } = keyTexts(settings);
  const because = `\`pawl dev\` made it for one machine, and ${elsewhere[0]} names another. Make a new one: docs/attestations.md.`;
  return [
    ...(isDevelopmentKey(signing) ? [`The key that signs is one for development: ${because}`] : []),
    ...(trusted.some(isDevelopmentKey) ? [`A key for development is trusted: ${because}`] : []),
  ];
}

function isHere(url: string): boolean {
  // One with several hosts is no URL to Node.js.
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === '' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
