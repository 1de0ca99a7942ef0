import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactDigest, exampleStatement } from './example-statement.testsuite.ts';
import { newSigningKey, publicKeysOf, pemOf, signerOf } from './keys.ts';
import { openAttestation, seal } from './statement.ts';
import { type Claim, requireAttested, type Trust } from './trust.ts';

const signer = signerOf(newSigningKey());
const stranger = signerOf(newSigningKey());
const trust: Trust = { keys: publicKeysOf(pemOf([signer.publicKey])), required: true };
const envelope = seal(exampleStatement(), signer);
const claim = (changes: Partial<Claim> = {}): Claim => ({
  model: 'electricity',
  version: 3,
  digest: artifactDigest,
  attestation: envelope,
  ...changes,
});

const invalid = (subject: string, message: RegExp) =>
  expect.objectContaining({
    code: 'PAWL_ATTESTATION_INVALID',
    message: expect.stringMatching(message) as string,
    problems: [expect.objectContaining({ subject })],
  }) as Error;

describe('an attestation', () => {
  it('lets the version pass that it is about, and says what is bound to it and who signed', () => {
    const { statement, keyid } = requireAttested(trust, claim()) ?? {};
    expect(keyid).toBe(signer.keyid);
    expect(statement).toEqual(exampleStatement());
    expect(statement?.predicate.buildDefinition.resolvedDependencies.map(({ name }) => name)).toEqual(['dataset', 'trainer']);
    expect(statement?.predicate.pawl_evaluation.metrics).toEqual({ auc: 0.87, f1: null });
  });

  it('does not hold once any one bit of it is another', () => {
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(envelope) - 1), fc.nat(7), (place, bit) => {
        const bytes = Buffer.from(envelope);
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        expect(() => requireAttested(trust, claim({ attestation: bytes.toString('latin1') }))).toThrow(
          expect.objectContaining({ code: 'PAWL_ATTESTATION_INVALID' }),
        );
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('does not hold with the last bits of its signature changed, which base64 does not use', () => {
    const { signatures, ...rest } = JSON.parse(envelope) as { signatures: { keyid: string; sig: string }[] };
    const [first = { keyid: '', sig: '' }] = signatures;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const sig = first.sig.replace(/.==$/, (end) => `${alphabet[alphabet.indexOf(end[0] ?? '') + 1] ?? ''}==`);
    expect(Buffer.from(sig, 'base64')).toEqual(Buffer.from(first.sig, 'base64'));
    const changed = JSON.stringify({ ...rest, signatures: [{ ...first, sig }] });
    expect(() => requireAttested(trust, claim({ attestation: changed }))).toThrow(invalid('envelope', /base64/));
  });

  it('does not count where another key signed it, also under the name of a trusted one', () => {
    const foreign = seal(exampleStatement(), stranger);
    expect(() => requireAttested(trust, claim({ attestation: foreign }))).toThrow(
      invalid('key', new RegExp(`v3 of electricity .*signed by key ${stranger.keyid}, which is not among the trusted`)),
    );
    const renamed = foreign.replace(stranger.keyid, signer.keyid);
    expect(() => requireAttested(trust, claim({ attestation: renamed }))).toThrow(
      invalid('signature', /changed after it was signed/),
    );
  });

  it('is about one model, one version and one artifact', () => {
    expect(() => requireAttested(trust, claim({ model: 'income' }))).toThrow(
      invalid('subject', /electricity\/v3, not about income\/v3/),
    );
    expect(() => requireAttested(trust, claim({ version: 4 }))).toThrow(invalid('subject', /not about electricity\/v4/));
    const other = `sha256:${'12'.repeat(32)}`;
    expect(() => requireAttested(trust, claim({ digest: other }))).toThrow(
      invalid('artifact', /and the registry names sha256:1212/),
    );
  });

  it('covers the copy of a version that is served under another number', () => {
    expect(requireAttested(trust, claim({ version: 9, copyOf: 3 }))).not.toBeNull();
    expect(() => requireAttested(trust, claim({ version: 9, copyOf: 2 }))).toThrow(
      invalid('subject', /not about electricity\/v2/),
    );
  });

  it('is not enough where nobody let the version into a rollout', () => {
    const registered = seal(exampleStatement({}, null), signer);
    expect(openAttestation(registered, trust.keys).statement.predicate.pawl_admission).toBeNull();
    expect(() => requireAttested(trust, claim({ attestation: registered }))).toThrow(invalid('admission', /nobody let it/));
  });

  it('holds by each of several trusted keys, so that one can follow another', () => {
    const both: Trust = {
      ...trust,
      keys: publicKeysOf(`# old\n${pemOf([stranger.publicKey])}# new\n${pemOf([signer.publicKey])}`),
    };
    for (const by of [signer, stranger])
      expect(requireAttested(both, claim({ attestation: seal(exampleStatement(), by) }))?.keyid).toBe(by.keyid);
  });
});

describe('a version without an attestation', () => {
  it('is refused where one is required, and let pass where none is', () => {
    const none = claim({ attestation: null });
    expect(() => requireAttested(trust, none)).toThrow(expect.objectContaining({ code: 'PAWL_ATTESTATION_MISSING' }));
    expect(requireAttested({ ...trust, required: false }, none)).toBeNull();
    expect(requireAttested(null, none)).toBeNull();
  });

  it('is not a version whose attestation does not hold, though none is required', () => {
    const damaged = claim({ attestation: '{}' });
    expect(() => requireAttested({ ...trust, required: false }, damaged)).toThrow(invalid('envelope', /no DSSE envelope/));
  });
});
