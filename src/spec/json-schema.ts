import { z } from 'zod';
import { modelSpec } from './schema.ts';

/** The part of JSON Schema that zod writes for pawl.yaml. */
export interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

/** The JSON Schema (draft 2020-12) of pawl.yaml as it is written, for editors. Published as docs/pawl.schema.json. */
export function specJsonSchema(): JsonSchema {
  return { title: 'pawl.yaml', ...z.toJSONSchema(modelSpec, { io: 'input' }) } as JsonSchema;
}

/** The keys that pawl.yaml knows at a place; empty where any key goes. `file` is the file's own content, which picks the variant. */
export function knownKeys(path: readonly PropertyKey[], file: unknown): readonly string[] {
  let schema: JsonSchema | undefined = specJsonSchema();
  let value: unknown = file;
  for (const step of path) {
    schema = variant(schema, value);
    schema = typeof step === 'number' ? schema?.items : (own(schema?.properties, step) ?? additional(schema));
    value = own(value, step);
  }
  schema = variant(schema, value);
  return schema?.propertyNames?.enum ?? Object.keys(schema?.properties ?? {});
}

/** Of several shapes told apart by `type`, the one that the file chose. */
function variant(schema: JsonSchema | undefined, value: unknown): JsonSchema | undefined {
  return schema?.oneOf?.find((one) => one.properties?.['type']?.const === own(value, 'type')) ?? schema;
}

function additional(schema: JsonSchema | undefined): JsonSchema | undefined {
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function own<T>(value: Readonly<Record<string, T>> | undefined, key: PropertyKey): T | undefined;
function own(value: unknown, key: PropertyKey): unknown;
function own(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
