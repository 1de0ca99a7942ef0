import { z } from 'zod';
import { ModelMetadata, signatureKey } from './schema.ts';
import type { ModelSignature } from './signature.ts';

const feature = z.object({ name: z.string().min(1), type: z.enum(['number', 'boolean', 'category']) });
const pair = z.tuple([z.string(), z.string()]);
const many = z.array(z.string()).min(3);
const shared = { format: z.literal(1), features: z.array(feature).min(1) };

const signature: z.ZodType<ModelSignature> = z.discriminatedUnion('task', [
  z.object({ ...shared, task: z.literal('binary-classification'), classes: pair, threshold: z.number() }),
  z.object({ ...shared, task: z.literal('multiclass-classification'), classes: many, threshold: z.null() }),
  z.object({ ...shared, task: z.literal('regression'), classes: z.null(), threshold: z.null() }),
]);

/**
 * The signature in an artifact's metadata.
 * @throws Error saying what is wrong where the bytes are no ONNX model, or hold no signature of this shape.
 */
export function readSignature(bytes: Uint8Array): ModelSignature {
  const { metadata_props: metadata } = ModelMetadata.decode(bytes) as unknown as {
    metadata_props: { key: string; value: string }[];
  };
  const found = metadata.find((entry) => entry.key === signatureKey);
  if (found === undefined) throw new Error(`its metadata holds no ${signatureKey}`);
  const parsed = signature.safeParse(JSON.parse(found.value));
  if (!parsed.success) throw new Error(`its ${signatureKey} is malformed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
