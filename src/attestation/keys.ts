import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Signs with one ed25519 key (RFC 8032). */
export interface Signer {
  /** Of the public key; see `keyIdOf`. */
  readonly keyid: string;
  readonly publicKey: KeyObject;
  /** 64 bytes, the same for equal bytes. */
  sign(bytes: Uint8Array): Buffer;
}

/** Public keys whose signatures count, by their ids. Several, so that one can follow another. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** A name for a public key: the SHA-256 of its SubjectPublicKeyInfo (DER), 64 hex digits. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * @param pem a PKCS #8 private key, as `openssl genpkey -algorithm ed25519` writes it
 * @throws Error saying what it is instead; never with a part of the key in it
 */
export function signerOf(pem: string): Signer {
  const privateKey = parsed(() => createPrivateKey(pem), 'it holds no private key in PEM that can be read without a passphrase');
  requireEd25519(privateKey);
  const publicKey = createPublicKey(privateKey);
  return { keyid: keyIdOf(publicKey), publicKey, sign: (bytes) => sign(null, bytes, privateKey) };
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * Every public key in a text; what stands between the blocks is a comment.
 * @param pem one or more blocks, as `openssl pkey -pubout` writes them
 * @throws Error where there is none, or one that is no ed25519 public key
 */
export function publicKeysOf(pem: string): TrustedKeys {
  const keys = new Map<string, KeyObject>();
  for (const [text, label] of pem.matchAll(block)) {
    // A private key holds its public one, and Node would take it; but it does not belong where the public ones are.
    if (label !== 'PUBLIC KEY') throw new Error(`it holds a ${label}, and only a PUBLIC KEY belongs there`);
    const key = parsed(() => createPublicKey(text), 'it holds a public key that cannot be read');
    requireEd25519(key);
    keys.set(keyIdOf(key), key);
  }
  if (keys.size === 0) throw new Error('it holds no public key in PEM');
  return keys;
}

/** One or more public keys as text that `publicKeysOf` reads. */
export function pemOf(keys: Iterable<KeyObject>): string {
  return [...keys].map((key) => key.export({ type: 'spki', format: 'pem' }).toString()).join('');
}

/** A new private key, PKCS #8 in PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function requireEd25519(key: KeyObject): void {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`it holds a key for ${key.asymmetricKeyType ?? 'something unknown'}, and pawl signs with ed25519`);
}

function parsed(read: () => KeyObject, otherwise: string): KeyObject {
  try {
    return read();
  } catch {
    // What OpenSSL says helps nobody, and must not lead a part of the key into a log.
    throw new Error(otherwise);
  }
}
