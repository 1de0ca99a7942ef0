import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelSignature } from '../onnx/signature.ts';
import { RowParser } from './row-parsing.ts';
import { RowScanner } from './row-scanner.ts';

const signature: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [
    { name: 'price', type: 'number' },
    { name: 'holiday', type: 'boolean' },
    { name: 'rég "ion"', type: 'category' },
    { name: 'demand', type: 'number' },
  ],
  classes: ['0', '1'],
  threshold: 0.5,
};
const scanner = new RowScanner(signature);
const parser = new RowParser(signature);
const names = signature.features.map(({ name }) => JSON.stringify(name));

const scan = (text: string) => scanner.scan(Buffer.from(text));
/** A body with these texts as the values. */
const body = (...values: string[]) => `{"row":{${names.map((name, i) => `${name}:${values[i]}`).join(',')}}}`;
const plain = ['0.25', 'true', '"NSW"', '-3'];

/** What is said of it without the scanner; null where it is no JSON, or no row for this model. */
function parsed(text: string) {
  try {
    return parser.parse((JSON.parse(text) as { row: unknown }).row, []);
  } catch {
    return null;
  }
}

const value = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((number) => number.toFixed(4)),
  fc.integer().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String),
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '0.0',
    '1e3',
    '-1.5E-7',
    '3.5e38',
    '1e999',
    '00',
    '01',
    '-',
    '.5',
    '1.',
    '+1',
  ),
  fc.string().map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('{}', '[]', 'nul', 'tru', '"', "'a'", 'NaN', 'undefined', ''),
);
const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');

describe('reading a row off the bytes', () => {
  it('gives the values in the order of the signature', () => {
    expect(scan(body(...plain))?.values).toEqual([0.25, 1, 'NSW', -3]);
    expect(scan(` { "row" : {${names.map((name, i) => ` ${name} : ${plain[i]}\n`).join(',')}} } `)?.values).toEqual([
      0.25,
      1,
      'NSW',
      -3,
    ]);
    expect(scan(body('null', 'null', 'null', 'null'))?.values).toEqual([NaN, NaN, '', NaN]);
  });

  it('never says anything else than JSON and the parser say, and says nothing of what they refuse', () => {
    fc.assert(
      fc.property(fc.tuple(value, value, value, value), fc.array(space, { minLength: 12, maxLength: 12 }), (values, spaces) => {
        const gap = (at: number) => spaces[at % spaces.length] ?? '';
        const text = `${gap(0)}{${gap(1)}"row"${gap(2)}:${gap(3)}{${names
          .map((name, i) => `${gap(i + 4)}${name}${gap(i + 5)}:${gap(i + 6)}${values[i]}${gap(i + 7)}`)
          .join(',')}}${gap(8)}}${gap(9)}`;
        const scanned = scan(text);
        if (scanned !== null) expect(scanned.values).toEqual(parsed(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes every number of up to 15 digits to the bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), fc.integer({ min: 0, max: 15 }), (whole, decimals) => {
        const digits = String(Math.abs(whole)).padStart(decimals + 1, '0');
        const at = digits.length - decimals;
        const text = `${whole < 0 ? '-' : ''}${digits.slice(0, at)}${decimals === 0 ? '' : `.${digits.slice(at)}`}`;
        expect(scan(body(text, 'true', '"a"', '1'))?.values[0]).toBe(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
    expect(scan(body('-0', 'true', '"a"', '1'))?.values[0]).toBe(-0);
  });

  it.each([
    ['more than a row', body(...plain).replace(/}$/, ',"id":"a"}')],
    ['the body cut off anywhere', body(...plain).slice(0, -1)],
    ['something behind it', `${body(...plain)}x`],
    ['a column less', body(...plain).replace(',"demand":-3', '')],
    ['a column more', body(...plain).replace(/}}$/, ',"more":1}}')],
    ['another order', `{"row":{"demand":1,"price":1,"holiday":true,${names[2]}:"a"}}`],
    ['rows', '{"rows":[{}]}'],
    ['more digits than are exact', body('0.1234567890123456', 'true', '"a"', '1')],
    ['more decimals than are exact', body('0.00000000000000000000001', 'true', '"a"', '1')],
    ['an exponent', body('1e3', 'true', '"a"', '1')],
    ['a leading zero', body('01', 'true', '"a"', '1')],
    ['more than float32 holds', body('350000000000000000000000000000000000000', 'true', '"a"', '1')],
    ['an escape', body('1', 'true', String.raw`"a\n"`, '1')],
    ['text beyond ASCII', body('1', 'true', '"é"', '1')],
    ['a number for a boolean', body('1', '1', '"a"', '1')],
    ['a number in quotes', body('"1"', 'true', '"a"', '1')],
    ['nothing', ''],
  ])('leaves to others: %s', (_, text) => {
    expect(scan(text)).toBeNull();
  });

  it('leaves a body that is cut off at any byte', () => {
    const whole = body(...plain);
    for (let end = 0; end < whole.length; end++) expect(scan(whole.slice(0, end))).toBeNull();
  });
});

describe('a row that was read by another signature', () => {
  const scanned = scan(body('0.25', 'false', 'null', 'null'));

  it('is taken over as it is where the columns are the same', () => {
    const same = new RowParser({ ...signature, features: signature.features.map((feature) => ({ ...feature })) });
    expect(same.parse(scanned, [])).toBe(scanned?.values);
  });

  it('is put in order by the parser where they are not', () => {
    const turned = new RowParser({ ...signature, features: signature.features.toReversed() });
    expect(turned.parse(scanned, [])).toEqual([NaN, '', 0, 0.25]);
  });

  it('is refused like any other where it does not suit', () => {
    const fewer = new RowParser({ ...signature, features: signature.features.slice(0, 3) });
    const problems: { subject?: string }[] = [];
    expect(fewer.parse(scanned, problems as never[])).toBeNull();
    expect(problems).toMatchObject([{ subject: 'demand' }]);
  });
});
