import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configuredSigner, configuredTrust } from './configured.ts';
import { developmentKeys } from './development-keys.ts';
import { newSigningKey, pemOf, signerOf } from './keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const policy = { PAWL_ATTESTATIONS: 'optional' } as const;
const refused = (subject: string, message: RegExp) =>
  expect.objectContaining({
    code: 'PAWL_SETTINGS_INVALID',
    problems: [{ subject, message: expect.stringMatching(message) as string }],
  }) as Error;

describe('the key that signs', () => {
  it('comes from a file or from the environment, and is nobody where none is named', () => {
    const key = newSigningKey();
    const { keyid } = signerOf(key);
    expect(configuredSigner({ PAWL_SIGNING_KEY: key })?.keyid).toBe(keyid);
    expect(configuredSigner({ PAWL_SIGNING_KEY_FILE: file('key.pem', key) })?.keyid).toBe(keyid);
    expect(configuredSigner({})).toBeNull();
  });

  it('is refused where it is none, without a word of it in the message', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    expect(() => configuredSigner({ PAWL_SIGNING_KEY: 'c2VjcmV0' })).toThrow(
      refused('PAWL_SIGNING_KEY', /^(?!.*c2VjcmV0).*no private key/),
    );
    expect(() => configuredSigner({ PAWL_SIGNING_KEY: rsa })).toThrow(refused('PAWL_SIGNING_KEY', /a key for rsa/));
    expect(() => configuredSigner({ PAWL_SIGNING_KEY_FILE: join(folder, 'none') })).toThrow(
      refused('PAWL_SIGNING_KEY_FILE', /none cannot be read \(ENOENT\)/),
    );
    expect(() => configuredSigner({ PAWL_SIGNING_KEY: 'a', PAWL_SIGNING_KEY_FILE: 'b' })).toThrow(
      refused('PAWL_SIGNING_KEY', /both/),
    );
  });
});

describe('the keys that are trusted', () => {
  it('are those of a text, or of several files with several each', () => {
    const [a, b, c] = [1, 2, 3].map(() => signerOf(newSigningKey()).publicKey) as [never, never, never];
    expect(configuredTrust({ ...policy, PAWL_TRUSTED_KEYS: pemOf([a, b]) })?.keys.size).toBe(2);
    const files = `${file('1.pem', pemOf([a, b]))}, ${file('2.pem', pemOf([c]))}`;
    expect(configuredTrust({ PAWL_ATTESTATIONS: 'required', PAWL_TRUSTED_KEYS: files })).toMatchObject({
      keys: { size: 3 },
      required: true,
    });
    expect(configuredTrust(policy)).toBeNull();
  });

  it('are named by the file at fault where one cannot be read, holds none, or holds a private key', () => {
    const trusting = (named: string) => () => configuredTrust({ ...policy, PAWL_TRUSTED_KEYS: named });
    expect(trusting(file('empty.pem', ''))).toThrow(refused('PAWL_TRUSTED_KEYS', /empty\.pem: it holds no public key/));
    expect(trusting(file('key.pem', newSigningKey()))).toThrow(refused('PAWL_TRUSTED_KEYS', /key\.pem: it holds a PRIVATE KEY/));
    expect(trusting(join(folder, 'none'))).toThrow(refused('PAWL_TRUSTED_KEYS', /none cannot be read \(ENOENT\)/));
  });

  it('are needed where attestations are required', () => {
    expect(() => configuredTrust({ PAWL_ATTESTATIONS: 'required' })).toThrow(refused('PAWL_TRUSTED_KEYS', /at least one key/));
  });
});

describe('the keys of a development stack', () => {
  it('are made the first time, for its user alone, and kept', () => {
    const { signing, trusted } = developmentKeys(folder);
    const made = readFileSync(signing, 'utf8');
    expect(statSync(signing).mode & 0o777).toBe(0o600);
    expect(developmentKeys(folder)).toEqual({ signing, trusted });
    expect(readFileSync(signing, 'utf8')).toBe(made);
    const signer = configuredSigner({ PAWL_SIGNING_KEY_FILE: signing });
    expect([...(configuredTrust({ ...policy, PAWL_TRUSTED_KEYS: trusted })?.keys.keys() ?? [])]).toEqual([signer?.keyid]);
  });
});
