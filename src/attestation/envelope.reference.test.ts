import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { openEnvelope, payloadType, preAuthenticationEncoding, sealEnvelope } from './envelope.ts';
import { publicKeysOf, signerOf } from './keys.ts';

interface Sealed {
  readonly pae: string;
  readonly envelope: { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] };
}
const reference = JSON.parse(readFileSync(packageFile('test/reference/attestation.json'), 'utf8')) as Readonly<
  Record<'statement' | 'umlauts' | 'empty' | 'specification', Sealed>
> & { readonly seed: string; readonly publicKey: string };

/** RFC 8410: the PKCS #8 wrapping of an ed25519 seed. */
const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(reference.seed, 'hex')]);
const signer = signerOf(
  createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }).export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const keys = publicKeysOf(reference.publicKey);

it.each(['statement', 'umlauts', 'empty', 'specification'] as const)(
  'is signed over the bytes that securesystemslib and the DSSE specification sign: %s',
  (name) => {
    const { pae, envelope } = reference[name];
    expect(preAuthenticationEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64')).toString('base64')).toBe(pae);
  },
);

it('is what the DSSE specification gives as its example', () => {
  expect(preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

it.each(['statement', 'umlauts', 'empty'] as const)('carries the signature that securesystemslib makes: %s', (name) => {
  const { envelope } = reference[name];
  expect(JSON.parse(sealEnvelope(Buffer.from(envelope.payload, 'base64'), signer))).toEqual(envelope);
});

it('is read where securesystemslib has written it', () => {
  const { envelope } = reference.statement;
  expect(openEnvelope(JSON.stringify(envelope), keys)).toEqual({
    payload: Buffer.from(envelope.payload, 'base64'),
    keyid: signer.keyid,
  });
});

it('is not read where it is a document of another type, though its signature holds', () => {
  const { envelope } = reference.specification;
  const retyped = { ...envelope, payloadType };
  for (const text of [envelope, retyped].map((one) => JSON.stringify(one)))
    expect(() => openEnvelope(text, keys)).toThrow(expect.objectContaining({ code: 'PAWL_ATTESTATION_INVALID' }));
});
