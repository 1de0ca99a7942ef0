import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillSides } from '../split.ts';
import type { Kernel } from './kernel.ts';
import { deriveLogistic } from './logistic.ts';
import { kernelModule } from './open-kernel.ts';
import { PlainKernel } from './plain-kernel.ts';
import { WasmKernel } from './wasm-kernel.ts';

const gradients = fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map((g) => (Math.abs(g) < 1e-250 ? 0 : g));
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
      categories: fc
        .array(fc.constantFrom(0, 1), { minLength: size.features, maxLength: size.features })
        .map((list) => Uint8Array.from(list)),
      smoothing: fc.constantFrom(1, 10),
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
async function answers(kernel: Kernel, training: Training) {
  const { size, seed, scale, l2, leaf, monotone, categories, smoothing, bounds } = training;
  const { rows, features, bins } = size;
  const random = uniform(seed);
  const thresholds = Float32Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  for (const column of kernel.columns) {
    column.fill(
      Float32Array.from({ length: rows }, () => (random() < 0.1 ? NaN : random())),
      thresholds,
    );
  }
  const limits = { l2, rows: leaf, hessian: scale * 1e-3, monotone, categories, categoryL2: 0.25, categorySmoothing: smoothing };
  kernel.open(new Array<number>(features).fill(bins), limits);
  const { gradient, hessian } = kernel.derivatives;
  for (let row = 0; row < rows; row++) {
    gradient[row] = (random() ** 3 - 0.3) * scale;
    hessian[row] = random() ** 5 * scale;
  }
  const used = Array.from({ length: features }, (_, f) => f).filter(() => random() < 0.8);
  let sampled = 0;
  for (let row = 0; row < rows; row++) if (random() < 0.9) kernel.order[sampled++] = row;
  const whole = kernel.startTree(rows, sampled, used, 0);
  const split = kernel.best(0, whole, bounds);
  const said: unknown[] = [kernel.columns.map((column) => [...column.bins]), whole, split];
  if (split !== null) {
    const { left } = split;
    const right = {
      gradient: whole.gradient - left.gradient,
      hessian: whole.hessian - left.hessian,
      rows: whole.rows - left.rows,
    };
    const goesLeft = new Uint8Array(256);
    fillSides(goesLeft, split, bins);
    const isOpen = random() < 0.9;
    const sides = { left: { sums: left, bounds, isOpen }, right: { sums: right, bounds, isOpen: random() < 0.9 } };
    const where = { feature: split.feature, goesLeft, begin: 0, middle: left.rows, end: sampled };
    said.push(kernel.divide({ ...where, ...sides, slot: 0, smallerSlot: 1 }));
    if (isOpen || sides.right.isOpen) said.push(kernel.best(0, right, bounds), kernel.best(1, left, bounds));
    said.push(kernel.sumRows(0, left.rows), kernel.sumRows(left.rows, sampled));
  }
  said.push([...kernel.order.subarray(0, sampled)]);
  for (let row = 0; row < rows; row++) {
    kernel.score[row] = (random() - 0.5) * 1500 * random() ** 5;
    kernel.labels[row] = Math.round(random());
  }
  kernel.addToScore(kernel.order.subarray(sampled >> 1, sampled), 0.125);
  kernel.logistic(rows);
  said.push([...gradient], [...hessian]);
  kernel.squared(rows);
  said.push([...gradient], [...hessian]);
  await kernel.close();
  return said;
}

const module = kernelModule();

describe.runIf(module !== null)('the kernel in WebAssembly', () => {
  it('says what the plain one says, to the bit', () =>
    fc.assert(
      fc.asyncProperty(training, async (training) => {
        const size = { ...training.size, slots: 2 };
        const plain = await answers(new PlainKernel(size), training);
        expect(await answers(new WasmKernel(module as WebAssembly.Module, size), training)).toStrictEqual(plain);
      }),
    ));

  it('says the same with threads', async () => {
    const size = { rows: 30_000, features: 7, bins: 254, slots: 2 } as const;
    const limits = { scale: 1, l2: 0, leaf: 20, monotone: new Int8Array(7), bounds: free } as const;
    const mixed = { categories: Uint8Array.of(0, 1, 0, 1, 1, 0, 0), smoothing: 10 } as const;
    const some = { size, seed: 7, ...limits, ...mixed };
    const plain = await answers(new PlainKernel(size), some);
    for (const threads of [2, 3, 5]) {
      const kernel = new WasmKernel(module as WebAssembly.Module, size, threads);
      await kernel.joined();
      expect(await answers(kernel, some)).toStrictEqual(plain);
    }
  });
});

describe('the log loss', () => {
  it('has the derivatives that the library functions give', () =>
    fc.assert(
      fc.property(fc.double({ min: -600, max: 600, noNaN: true }), fc.constantFrom(0, 1), (score, label) => {
        const into = { gradient: new Float64Array(1), hessian: new Float64Array(1) };
        deriveLogistic(Float64Array.of(score), [label], 1, into);
        const p = 1 / (1 + Math.exp(-score));
        expect(Math.abs((into.gradient[0] ?? NaN) - (p - label))).toBeLessThanOrEqual(4e-16);
        expect(Math.abs((into.hessian[0] ?? NaN) - p * (1 - p))).toBeLessThanOrEqual(4e-16);
      }),
    ));
});

describe('fixed point', () => {
  it('rounds by less than a millionth of a millionth of the greatest value, and the rest of a node is exact', () =>
    fc.assert(
      fc.property(fc.array(gradients, { minLength: 2, maxLength: 50 }), (gradients) => {
        const kernel = new PlainKernel({ rows: gradients.length, features: 1, slots: 1 });
        const free = { monotone: new Int8Array(1), categories: new Uint8Array(1), categoryL2: 0, categorySmoothing: 1 };
        kernel.open([1], { l2: 0, rows: 1, hessian: 1e-3, ...free });
        kernel.derivatives.gradient.set(gradients);
        kernel.derivatives.hessian.fill(1);
        kernel.order.set(Int32Array.from(gradients.keys()));
        const sums = (sampled: number) => kernel.startTree(gradients.length, sampled, [0], 0);
        const whole = sums(gradients.length);
        expect(whole.hessian).toBe(gradients.length);
        const exact = gradients.reduce((sum, gradient) => sum + gradient, 0);
        const greatest = Math.max(...gradients.map(Math.abs));
        expect(Math.abs(whole.gradient - exact)).toBeLessThanOrEqual(greatest * 1e-12);
        const part = sums(1).gradient;
        expect(whole.gradient - part + part).toBe(whole.gradient);
      }),
    ));
});
