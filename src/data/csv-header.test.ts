import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsvHeader } from './csv-header.ts';

describe('parseCsvHeader', () => {
  it.each([
    ['a,b\n1,2', ',', ['a', 'b']],
    ['\uFEFFa;b c\r\n', ';', ['a', 'b c']],
    ['a\tb,c\td\r1', '\t', ['a', 'b,c', 'd']],
    ['"a,""b""\n",c\n', ',', ['a,"b"\n', 'c']],
    ['alone\n1', ',', ['alone']],
    ['a,,c\n', ',', ['a', '', 'c']],
  ])('reads %j', (text, delimiter, columns) => {
    expect(parseCsvHeader(text, false)).toEqual({ delimiter, columns });
  });

  it('waits for the end of the line unless there is no more', () => {
    expect(parseCsvHeader('a,"b\n', false)).toBeNull();
    expect(parseCsvHeader('a,b', false)).toBeNull();
    expect(parseCsvHeader('a,b', true)).toEqual({ delimiter: ',', columns: ['a', 'b'] });
    expect(parseCsvHeader('', true)).toBeNull();
  });

  it('reads back whatever names were written with quotes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 2, maxLength: 6 }),
        fc.constantFrom(',', ';', '\t', '|'),
        (names, delimiter) => {
          const line = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(delimiter);
          expect(parseCsvHeader(`${line}\n`, false)?.columns).toEqual(names);
        },
      ),
    );
  });
});
