import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../errors.ts';
import { datatypeNames } from './datatypes.ts';
import { fromBinary, fromValues, mostRows, readHead, type TensorHead } from './tensors.ts';

const headOf = (datatype: string, shape: unknown): TensorHead => {
  const head = readHead('price', datatype, shape, []);
  if (head === null) throw new Error('the head has mistakes');
  return head;
};
const binary = (datatype: string, shape: unknown, bytes: number[] | Buffer) => {
  const problems: Problem[] = [];
  return { tensor: fromBinary(headOf(datatype, shape), Buffer.from(bytes), problems), problems };
};
const values = (datatype: string, shape: unknown, elements: unknown[]) => {
  const problems: Problem[] = [];
  return { tensor: fromValues(headOf(datatype, shape), elements, problems), problems };
};
const text = (written: string) => {
  const bytes = Buffer.from(written);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

describe('the head of a tensor', () => {
  it('takes a column as [rows] or [rows, 1], and several columns as [rows, width]', () => {
    expect(headOf('FP32', [3])).toMatchObject({ rows: 3, width: 1 });
    expect(headOf('FP32', [3, 1])).toMatchObject({ rows: 3, width: 1 });
    expect(headOf('FP32', [3, 20])).toMatchObject({ rows: 3, width: 20 });
  });

  it.each([[[]], [[0]], [[1, 0]], [[-1, 1]], [[1.5]], [[1, 2, 3]], ['1'], [null], [[null]], [{ length: 1, 0: 1 }], [[2 ** 60]]])(
    'refuses the shape %j, with the tensor as subject',
    (shape) => {
      const problems: Problem[] = [];
      expect(readHead('price', 'FP32', shape, problems)).toBeNull();
      expect(problems).toMatchObject([{ subject: 'price' }]);
    },
  );

  it.each(['FP16', 'fp32', '', 'constructor', null, 3])('refuses the datatype %j and names those that are taken', (datatype) => {
    const problems: Problem[] = [];
    expect(readHead('price', datatype, [1], problems)).toBeNull();
    expect(problems[0]?.hint).toContain('FP32');
  });

  it('refuses more rows than one request may ask for', () => {
    expect(() => readHead('price', 'BOOL', [mostRows + 1], [])).toThrow(
      expect.objectContaining({ code: 'PAWL_REQUEST_TOO_LARGE' }),
    );
  });
});

describe('binary elements', () => {
  it('are little-endian, in the size of their datatype', () => {
    expect(binary('INT16', [2], [1, 0, 0xff, 0xff]).tensor?.elements).toEqual([1, -1]);
    expect(binary('UINT16', [2], [1, 0, 0xff, 0xff]).tensor?.elements).toEqual([1, 65_535]);
    expect(binary('INT64', [1], [0xfe, ...new Array<number>(7).fill(0xff)]).tensor?.elements).toEqual([-2]);
    expect(binary('BOOL', [2], [0, 1]).tensor?.elements).toEqual([false, true]);
    expect(binary('FP32', [1], [0, 0, 0, 0x3f]).tensor?.elements).toEqual([0.5]);
    expect(binary('BYTES', [2], Buffer.concat([text('NSW'), text('Ünrüh')])).tensor?.elements).toEqual(['NSW', 'Ünrüh']);
  });

  it('are missing where they are NaN or an empty text', () => {
    expect(binary('FP32', [1], [0, 0, 0xc0, 0x7f]).tensor?.elements).toEqual([null]);
    expect(binary('FP64', [1], [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]).tensor?.elements).toEqual([null]);
    expect(binary('BYTES', [2], Buffer.concat([text(''), text('a')])).tensor?.elements).toEqual([null, 'a']);
  });

  it.each([
    ['too few bytes', 'FP32', [2], [0, 0, 0, 0]],
    ['too many bytes', 'FP32', [1], [0, 0, 0, 0, 0]],
    ['no bytes', 'FP32', [1], []],
    ['a shape beyond all memory', 'FP32', [10, 2 ** 50], [0, 0, 0, 0]],
    ['too few texts', 'BYTES', [2], [...text('a')]],
    ['too many texts', 'BYTES', [1], [...text('a'), ...text('b')]],
    ['a text longer than the data', 'BYTES', [1], [0xff, 0xff, 0xff, 0xff, 1]],
    ['a length cut short', 'BYTES', [1], [1, 0]],
    ['a text that is not UTF-8', 'BYTES', [1], [1, 0, 0, 0, 0xff]],
    ['a truth that is neither 0 nor 1', 'BOOL', [1], [2]],
  ])('with %s are refused, with the tensor as subject', (_, datatype, shape, bytes) => {
    const { tensor, problems } = binary(datatype, shape, bytes);
    expect(tensor).toBeNull();
    expect(problems).toMatchObject([{ subject: 'price' }]);
  });

  it('either make a whole tensor or one problem, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...datatypeNames),
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 })),
        fc.uint8Array({ maxLength: 60 }),
        (datatype, shape, bytes) => {
          const { tensor, problems } = binary(datatype, shape, Buffer.from(bytes));
          if (tensor === null) expect(problems).toHaveLength(1);
          else expect(tensor.elements).toHaveLength(shape[0] * shape[1]);
        },
      ),
    );
  });
});

describe('elements as values', () => {
  it('keep to their datatype', () => {
    expect(values('INT8', [3], [-128, 127, null]).tensor?.elements).toEqual([-128, 127, null]);
    expect(values('UINT64', [2], [0, 2 ** 64]).tensor?.elements).toEqual([0, 2 ** 64]);
    expect(values('FP64', [2], [0.5, NaN]).tensor?.elements).toEqual([0.5, null]);
    expect(values('BOOL', [3], [true, 0, 1]).tensor?.elements).toEqual([true, false, true]);
    expect(values('BYTES', [3], ['NSW', '', Buffer.from('VIC')]).tensor?.elements).toEqual(['NSW', null, 'VIC']);
  });

  it.each([
    ['INT8', 128],
    ['INT8', 0.5],
    ['UINT8', -1],
    ['INT64', 2 ** 64],
    ['FP32', '1'],
    ['FP32', true],
    ['BOOL', 2],
    ['BYTES', 3],
    ['BYTES', Buffer.from([0xff])],
    ['FP32', [1]],
  ])('of %s do not take %j', (datatype, element) => {
    expect(values(datatype, [2], [null, element]).problems).toMatchObject([
      { subject: 'price', message: expect.stringContaining('Row 2') as string },
    ]);
  });

  it('have to be as many as the shape says', () => {
    expect(values('FP32', [2, 3], [1, 2, 3, 4, 5]).problems).toMatchObject([{ subject: 'price', hint: 'its shape takes 6' }]);
  });
});
