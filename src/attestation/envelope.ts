import { verify } from 'node:crypto';
import { z } from 'zod';
import { FinalError } from '../errors.ts';
import type { Signer, TrustedKeys } from './keys.ts';

/** The media type of an in-toto statement in an envelope. */
export const payloadType = 'application/vnd.in-toto+json';

/** More signatures than anybody rotates keys through; each costs a verification. */
const mostSignatures = 16;

/**
 * The bytes that a signature is made over: DSSE v1.0, "Pre-Authentication Encoding" (secure-systems-lab/dsse, protocol.md). It binds
 * the type to the payload, and no two pairs of them have the same encoding.
 */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** A payload signed: a DSSE envelope as JSON (secure-systems-lab/dsse, envelope.md). */
export function sealEnvelope(payload: Uint8Array, signer: Signer): string {
  const sig = signer.sign(preAuthenticationEncoding(payloadType, payload)).toString('base64');
  return JSON.stringify({
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: signer.keyid, sig }],
  });
}

/** The same payload with one more signature, beside those that are there. @throws FinalError PAWL_ATTESTATION_INVALID */
export function countersign(text: string, signer: Signer): string {
  const { payload, signatures } = parseEnvelope(text);
  const sealed = parseEnvelope(sealEnvelope(Buffer.from(payload, 'base64'), signer));
  const others = signatures.filter(({ keyid }) => keyid !== signer.keyid);
  return JSON.stringify({ ...sealed, signatures: [...others, ...sealed.signatures] });
}

/** Node reads base64 with anything in between and whatever its last bits are; then two texts would be one envelope. */
const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'is not base64 as it is written (RFC 4648, 4)');

const envelope = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: base64,
  signatures: z
    .array(z.strictObject({ keyid: z.string().optional(), sig: base64 }))
    .min(1)
    .max(mostSignatures),
});

export interface OpenedEnvelope {
  readonly payload: Buffer;
  /** Of the trusted key whose signature holds. */
  readonly keyid: string;
}

/**
 * The payload, where one signature of a trusted key holds. A signature that names its key is only tried with that one: the name is
 * not signed and proves nothing.
 * @param text an envelope as JSON
 * @throws FinalError PAWL_ATTESTATION_INVALID; the subject of its problem is `envelope`, `key` or `signature`
 */
export function openEnvelope(text: string, keys: TrustedKeys): OpenedEnvelope {
  const { payload: encoded, signatures } = parseEnvelope(text);
  const payload = Buffer.from(encoded, 'base64');
  const signed = preAuthenticationEncoding(payloadType, payload);
  const known = signatures.filter(({ keyid }) => keyid === undefined || keys.has(keyid));
  if (known.length === 0) {
    const named = signatures.map(({ keyid }) => keyid).join(', ');
    throw refusal('key', `it is signed by key ${named}, which is not among the trusted: ${[...keys.keys()].join(', ')}`);
  }
  for (const { keyid, sig } of known) {
    for (const [id, key] of keys) {
      if ((keyid === undefined || keyid === id) && verify(null, signed, key, Buffer.from(sig, 'base64')))
        return { payload, keyid: id };
    }
  }
  const tried = known.map(({ keyid = 'without a name' }) => keyid).join(', ');
  throw refusal('signature', `its signature (key ${tried}) does not hold: it was changed after it was signed`);
}

/** An error that names what of an attestation does not hold. */
export function refusal(subject: string, because: string): FinalError {
  return new FinalError('PAWL_ATTESTATION_INVALID', `The attestation does not hold: ${because}.`, {
    problems: [{ subject, message: `${subject}: ${because}` }],
  });
}

function parseEnvelope(text: string): z.output<typeof envelope> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal('envelope', 'it is no JSON');
  }
  const parsed = envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal('envelope', `it is no DSSE envelope: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}
