import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel, KernelSize } from './kernel.ts';
import { kernelModule } from './open-kernel.ts';
import { PlainKernel } from './plain-kernel.ts';
import { WasmKernel } from './wasm-kernel.ts';

const free = { lower: -Infinity, upper: Infinity };

/** Some training: rows, their bins and derivatives, and the limits of its splits. */
const training = fc
  .record({ rows: fc.integer({ min: 1, max: 700 }), features: fc.integer({ min: 1, max: 9 }), bins: fc.constantFrom(2, 5, 254) })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      scale: fc.constantFrom(1e-250, 1e-9, 1, 1e12),
      l2: fc.constantFrom(0, 0.5),
      leaf: fc.integer({ min: 1, max: 20 }),
      monotone: fc.oneof(
        fc.constant(new Int8Array(size.features)),
        fc
          .array(fc.constantFrom(-1, 0, 1), { minLength: size.features, maxLength: size.features })
          .map((list) => Int8Array.from(list)),
      ),
      bounds: fc.constantFrom(free, { lower: -0.5, upper: 0.25 }),
    }),
  );

type Training = typeof training extends fc.Arbitrary<infer T> ? T : never;

/** A generator of uniform numbers, the same for every kernel (M. Park and K. Miller, CACM 1988). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Everything that a kernel says of this training, and where it leaves the rows. */
function answers(open: (size: KernelSize) => Kernel, { size, seed, scale, l2, leaf, monotone, bounds }: Training) {
  const { rows, features, bins } = size;
  const random = uniform(seed);
  const kernel = open({ rows, features, slots: 3 });
  for (const column of kernel.columns) for (let row = 0; row < rows; row++) column[row] = Math.floor(random() * (bins + 1));
  kernel.open(new Array<number>(features).fill(bins), { l2, rows: leaf, hessian: scale * 1e-3, monotone });
  const { gradient, hessian } = kernel.derivatives;
  for (let row = 0; row < rows; row++) {
    gradient[row] = (random() ** 3 - 0.3) * scale;
    hessian[row] = random() ** 5 * scale;
  }
  const used = Array.from({ length: features }, (_, f) => f).filter((f) => f === 0 || random() < 0.8);
  let sampled = 0;
  for (let row = 0; row < rows; row++) if (random() < 0.9) kernel.order[sampled++] = row;
  kernel.startTree(rows, used);
  kernel.count(0, 0, sampled);
  const whole = kernel.total(0);
  const said: unknown[] = [whole, kernel.best(0, whole, bounds)];
  const goesLeft = Uint8Array.from({ length: 256 }, () => Math.round(random()));
  const middle = kernel.partition(features - 1, goesLeft, 0, sampled);
  kernel.count(1, 0, middle);
  kernel.count(2, middle, sampled);
  kernel.subtract(0, 1);
  // What is left is what would have been counted.
  expect(kernel.total(0)).toEqual(kernel.total(2));
  const [left, right] = [kernel.total(1), kernel.total(0)];
  said.push(middle, left, right, kernel.best(1, left, bounds), kernel.best(0, right, bounds), kernel.best(2, right, bounds));
  said.push(kernel.sumRows(0, middle), kernel.sumRows(middle, sampled), [...kernel.order.subarray(0, sampled)]);
  kernel.close();
  return said;
}

const module = kernelModule();

describe.runIf(module !== null)('the kernel in WebAssembly', () => {
  const wasm = (size: KernelSize) => new WasmKernel(module as WebAssembly.Module, size);

  it('says what the plain one says, to the bit', () =>
    fc.assert(
      fc.property(training, (training) => {
        const plain = answers((size) => new PlainKernel(size), training);
        expect(answers(wasm, training)).toStrictEqual(plain);
      }),
    ));
});

describe('a kernel', () => {
  it('sums what is left of a histogram exactly, whatever the derivatives', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map((g) => (Math.abs(g) < 1e-300 ? 0 : g)),
          { minLength: 2, maxLength: 50 },
        ),
        (gradients) => {
          const kernel = new PlainKernel({ rows: gradients.length, features: 1, slots: 2 });
          kernel.open([1], { l2: 0, rows: 1, hessian: 1e-3, monotone: new Int8Array(1) });
          kernel.derivatives.gradient.set(gradients);
          kernel.derivatives.hessian.fill(1);
          kernel.order.set(Int32Array.from(gradients.keys()));
          kernel.startTree(gradients.length, [0]);
          kernel.count(0, 0, gradients.length);
          kernel.count(1, 0, 1);
          kernel.subtract(0, 1);
          kernel.count(1, 1, gradients.length);
          expect(kernel.total(0)).toEqual(kernel.total(1));
          expect(kernel.total(0).hessian).toBe(gradients.length - 1);
          // Rounded by less than a millionth of the greatest of them.
          const exact = gradients.slice(1).reduce((sum, gradient) => sum + gradient, 0);
          const greatest = Math.max(...gradients.map(Math.abs));
          expect(Math.abs(kernel.total(0).gradient - exact)).toBeLessThanOrEqual(greatest * 1e-12);
        },
      ),
    ));
});
