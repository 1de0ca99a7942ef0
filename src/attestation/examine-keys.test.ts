import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentKeys } from './development-keys.ts';
import { examineKeys } from './examine-keys.ts';
import { newSigningKey, pemOf, signerOf } from './keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const here = {
  PAWL_REGISTRY_URL: 'postgres://postgres@127.0.0.1:5432/pawl',
  PAWL_STORE_URL: 'file:///var/lib/pawl',
  PAWL_TEMPORAL_ADDRESS: 'localhost:7233',
  PAWL_ATTESTATIONS: 'optional',
} as const;

/** A file with the mode stated, whatever the umask. */
const file = (name: string, text: string, mode: number) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const publicOf = (key: string) => pemOf([signerOf(key).publicKey]);

describe('the keys of settings', () => {
  it('are told with the key that signs and the number that is trusted, without a word of a private one', () => {
    const [key, other] = [newSigningKey(), newSigningKey()];
    const settings = { ...here, PAWL_SIGNING_KEY: key, PAWL_TRUSTED_KEYS: publicOf(other) + publicOf(key) };
    expect(examineKeys(settings)).toEqual({
      detail: `${signerOf(key).keyid.slice(0, 12)} signs, 2 keys trusted, attestations optional`,
      warnings: [],
    });
    expect(examineKeys(here)).toEqual({
      detail: 'no key to sign with, which pipeline workers need, none is trusted, attestations optional',
      warnings: [],
    });
  });

  it('do not go together where the one that signs is not trusted, as every gateway would refuse what it signs', () => {
    const [key, other] = [newSigningKey(), newSigningKey()];
    const examine = () => examineKeys({ ...here, PAWL_SIGNING_KEY: key, PAWL_TRUSTED_KEYS: publicOf(other) });
    const message = expect.stringMatching(
      new RegExp(`the key ${signerOf(key).keyid.slice(0, 12)}, which signs, is not among the 1 key named`),
    ) as string;
    expect(examine).toThrow(
      expect.objectContaining({ code: 'PAWL_SETTINGS_INVALID', problems: [{ subject: 'PAWL_TRUSTED_KEYS', message }] }) as Error,
    );
  });

  it('are no use to anybody where none is trusted, which is a warning: the gateways may have other settings', () => {
    const { warnings } = examineKeys({ ...here, PAWL_SIGNING_KEY: newSigningKey() });
    expect(warnings).toEqual(['PAWL_TRUSTED_KEYS is not set: nobody with these settings checks what is signed.']);
  });

  it('are refused where a file is away', () => {
    const examine = () => examineKeys({ ...here, PAWL_SIGNING_KEY_FILE: join(folder, 'none.pem') });
    expect(examine).toThrow(expect.objectContaining({ code: 'PAWL_SETTINGS_INVALID' }) as Error);
  });

  it.skipIf(process.platform === 'win32')('warn where others may read the private one, or add to the trusted ones', () => {
    const key = newSigningKey();
    const examined = (signing: number, trusted: number) =>
      examineKeys({
        ...here,
        PAWL_SIGNING_KEY_FILE: file('signing.pem', key, signing),
        PAWL_TRUSTED_KEYS: file('trusted.pem', publicOf(key), trusted),
      }).warnings;
    // A secret that is mounted for a group is as it should be.
    for (const mode of [0o600, 0o400, 0o440, 0o640]) expect(examined(mode, 0o644)).toEqual([]);
    expect(examined(0o644, 0o666)).toEqual([
      expect.stringMatching(/signing\.pem has mode 644: every user of this machine can sign with it\. `chmod 600` it\.$/),
      expect.stringMatching(/trusted\.pem has mode 666: every user of this machine can add a key to it\. `chmod 644` it\.$/),
    ]);
  });

  it('warn where those of pawl dev have left their machine, also as copies', () => {
    const made = developmentKeys(folder);
    const own = { PAWL_SIGNING_KEY_FILE: made.signing, PAWL_TRUSTED_KEYS: made.trusted };
    expect(examineKeys({ ...here, ...own }).warnings).toEqual([]);
    for (const away of [
      { PAWL_REGISTRY_URL: 'postgres://pawl@db.internal/pawl' },
      { PAWL_STORE_URL: 's3://models/pawl' },
      { PAWL_TEMPORAL_ADDRESS: 'temporal.internal:7233' },
    ]) {
      const copied = { ...here, ...away, PAWL_SIGNING_KEY: readFileSync(made.signing, 'utf8') };
      const name = Object.keys(away)[0] ?? '';
      expect(examineKeys({ ...copied, PAWL_TRUSTED_KEYS: readFileSync(made.trusted, 'utf8') }).warnings).toEqual([
        expect.stringMatching(new RegExp(`^The key that signs is one for development: .* ${name} names another`)),
        expect.stringMatching(/^A key for development is trusted: /),
      ]);
    }
    const key = newSigningKey();
    const kept = { PAWL_SIGNING_KEY: key, PAWL_TRUSTED_KEYS: publicOf(key), PAWL_STORE_URL: 's3://models/pawl' };
    expect(examineKeys({ ...here, ...kept }).warnings).toEqual([]);
  });
});
