import fc from 'fast-check';

/** A place in a JSON value, and what is done to it. The numbers choose among the keys on the way. */
interface Mutation {
  readonly way: readonly number[];
  readonly does: 'replace' | 'delete' | 'add' | 'repeat';
  readonly key: string;
  readonly value: unknown;
}

const key = fc.oneof(
  fc.constantFrom('price', 'region', 'Price', 'row', 'rows', 'id', 'key', 'inputs', 'data', 'shape', 'datatype', 'parameters'),
  fc.constantFrom('__proto__', 'constructor', 'toString', ''),
  fc.string({ maxLength: 10 }),
);
const datatype = fc.constantFrom('FP32', 'FP64', 'INT8', 'INT64', 'UINT64', 'BOOL', 'BYTES', 'FP16', '');
const special = fc.constantFrom<unknown>(
  null,
  '',
  0,
  -1,
  1,
  2 ** 53,
  1e308,
  -1e39,
  true,
  [],
  {},
  [[]],
  'NaN',
  [1, [2]],
  '\u0000',
  '\ud800',
);
const value = fc.oneof(
  special,
  datatype,
  fc.double(),
  fc.integer(),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  way: fc.array(fc.nat(7), { maxLength: 5 }),
  does: fc.constantFrom('replace', 'replace', 'delete', 'add', 'repeat'),
  key,
  value,
});

function mutated(json: unknown, { way, does, key, value }: Mutation): unknown {
  const [step, ...rest] = way;
  if (typeof json !== 'object' || json === null || step === undefined) return does === 'replace' ? value : json;
  if (Array.isArray(json)) {
    const at = json.length === 0 ? 0 : step % json.length;
    if (rest.length > 0) return json.map((one: unknown, i) => (i === at ? mutated(one, { way: rest, does, key, value }) : one));
    const put = { replace: [value], delete: [], add: [json[at], value], repeat: [json[at], json[at]] }[does];
    return [...json.slice(0, at), ...put, ...json.slice(at + 1)];
  }
  const entries = Object.entries(json);
  const at = entries.length === 0 ? 0 : step % entries.length;
  const [name = key, old] = entries[at] ?? [];
  if (rest.length > 0 && name in json)
    return Object.fromEntries(entries.map(([k, v], i) => [k, i === at ? mutated(v, { way: rest, does, key, value }) : v]));
  const others = entries.filter((_, i) => i !== at);
  const put = {
    replace: [[name, value]],
    delete: [],
    add: [
      [name, old],
      [key, value],
    ],
    repeat: [
      [name, old],
      [key, old],
    ],
  }[does];
  return Object.fromEntries([...others, ...(put as [string, unknown][])]);
}

/** Values as they are, or with up to three mutations. */
export function withMutations<T>(valid: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(mutation, { maxLength: 3 }))
    .map(([json, mutations]) => mutations.reduce<unknown>((so, one) => mutated(so, one), json));
}

/** Bytes with some cut out and others put in their place. */
export function spliced(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const splice = fc.record({ at: fc.nat(400), cut: fc.nat(20), put: fc.uint8Array({ maxLength: 10 }) });
  return fc
    .tuple(bytes, fc.array(splice, { minLength: 1, maxLength: 3 }))
    .map(([whole, splices]) =>
      splices.reduce((so, { at, cut, put }) => Buffer.concat([so.subarray(0, at), put, so.subarray(at + cut)]), whole),
    );
}

const price = fc.option(fc.double({ min: -1e30, max: 1e30, noNaN: true }));
const region = fc.option(fc.constantFrom('NSW', 'VIC', 'Übersee', ''));
const row = fc.record({ price, region });

/** Bodies of POST /v1/models/{model}/predict that are right. */
export const predictBody = fc.oneof(
  fc.record({ row, key: fc.string({ maxLength: 5 }) }, { requiredKeys: ['row'] }),
  fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 5 }) }),
);

/** Bodies of feedback that are right. */
export const feedbackBody = fc.record({
  labels: fc.array(fc.record({ id: fc.uuid(), label: fc.constantFrom(0, 1, '0', '1') }), { minLength: 1, maxLength: 3 }),
});

const numberType = fc.constantFrom('FP32', 'FP64');
const output = fc.record({ name: fc.constantFrom('prediction', 'score', 'prediction_id') });

/** Bodies of V2 infer that are right. */
export const inferBody = fc
  .tuple(
    fc.array(row, { minLength: 1, maxLength: 5 }),
    numberType,
    fc.boolean(),
    fc.uniqueArray(output, { selector: ({ name }) => name }),
  )
  .map(([rows, datatype, flat, outputs]) => {
    const shape = flat ? [rows.length] : [rows.length, 1];
    return {
      inputs: [
        { name: 'price', shape, datatype, data: rows.map((one) => one.price) },
        { name: 'region', shape, datatype: 'BYTES', data: rows.map((one) => one.region) },
      ],
      outputs,
    };
  });

/** Messages of ModelInfer that are right, as proto-loader takes them; raw contents in some. */
export const inferMessage = fc.tuple(fc.array(row, { minLength: 1, maxLength: 5 }), fc.boolean()).map(([rows, raw]) => {
  const prices = rows.map((one) => one.price ?? NaN);
  const regions = rows.map((one) => Buffer.from(one.region ?? ''));
  const shape = [rows.length, 1];
  const lengths = (text: Buffer) => Buffer.concat([Buffer.from(Uint32Array.of(text.length).buffer), text]);
  return {
    model_name: 'electricity',
    inputs: [
      { name: 'price', datatype: 'FP64', shape, ...(raw ? {} : { contents: { fp64_contents: prices } }) },
      { name: 'region', datatype: 'BYTES', shape, ...(raw ? {} : { contents: { bytes_contents: regions } }) },
    ],
    ...(raw ? { raw_input_contents: [Buffer.from(Float64Array.from(prices).buffer), Buffer.concat(regions.map(lengths))] } : {}),
  };
});
