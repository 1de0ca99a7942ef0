import { smallestGain, type NodeSums, type Split, type SplitLimits } from '../split.ts';
import { fixedPoint } from './fixed-point.ts';
import type { Bounds, Derivatives, Kernel, KernelSize } from './kernel.ts';
import { layOut, type Layout } from './wasm-memory.ts';

/** What assembly/index.ts exports. */
interface Exports {
  layOut(table: number): void;
  interleave(begin: number, end: number): void;
  greatest(values: number, rows: number): number;
  pack(begin: number, end: number, gradientScale: number, hessianScale: number, countBits: bigint): void;
  count(slot: number, begin: number, end: number): void;
  subtract(whole: number, part: number): void;
  total(slot: number): void;
  limit(l2: number, rows: number, hessian: number, isConstrained: boolean): void;
  scale(ofGradient: number, ofHessian: number, countBits: bigint): void;
  best(slot: number, gradient: number, hessian: number, rows: number, lower: number, upper: number, smallest: number): void;
  partition(feature: number, begin: number, end: number): number;
  sumRows(begin: number, end: number): void;
}

/** The kernel as WebAssembly with SIMD. */
export class WasmKernel implements Kernel {
  readonly columns: readonly Uint8Array[];
  readonly order: Int32Array;
  readonly derivatives: Derivatives;
  readonly #memory: WebAssembly.Memory;
  readonly #layout: Layout;
  readonly #run: Exports;
  readonly #answer: DataView;
  readonly #goesLeft: Uint8Array;
  readonly #used: Int32Array;
  readonly #rows: number;
  #gradientUnit = 1;
  #hessianUnit = 1;
  #countBits = 0;

  constructor(module: WebAssembly.Module, size: KernelSize) {
    const { rows, features } = size;
    const layout = layOut(size);
    this.#rows = rows;
    this.#layout = layout;
    this.#memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
    const { buffer } = this.#memory;
    new Int32Array(buffer, layout.tableAt, layout.table.length).set(layout.table);
    this.columns = Array.from({ length: features }, (_, f) => new Uint8Array(buffer, layout.columns + f * rows, rows));
    this.order = new Int32Array(buffer, layout.order, rows);
    this.derivatives = {
      gradient: new Float64Array(buffer, layout.gradient, rows),
      hessian: new Float64Array(buffer, layout.hessian, rows),
    };
    this.#answer = new DataView(buffer, layout.answer, 64);
    this.#goesLeft = new Uint8Array(buffer, layout.goesLeft, 256);
    this.#used = new Int32Array(buffer, layout.used, features + 1);
    this.#run = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Exports;
    this.#run.layOut(layout.tableAt);
  }

  open(missingBins: readonly number[], { l2, rows, hessian, monotone }: SplitLimits): void {
    const { buffer } = this.#memory;
    new Int32Array(buffer, this.#layout.missingBins, missingBins.length).set(missingBins);
    new Int32Array(buffer, this.#layout.monotone, monotone.length).set(monotone);
    const isConstrained = monotone.some((direction) => direction !== 0);
    this.#run.limit(l2, rows, hessian, isConstrained);
    this.#run.interleave(0, this.#rows);
  }

  startTree(rows: number, used: readonly number[]): void {
    this.#used[0] = used.length;
    this.#used.set(used, 1);
    const { gradient, hessian } = this.#layout;
    const scale = fixedPoint(rows, this.#run.greatest(gradient, rows), this.#run.greatest(hessian, rows));
    this.#countBits = scale.countBits;
    this.#gradientUnit = 1 / scale.gradientScale;
    this.#hessianUnit = 1 / scale.hessianScale;
    const countBits = BigInt(scale.countBits);
    this.#run.scale(this.#gradientUnit, this.#hessianUnit, countBits);
    this.#run.pack(0, rows, scale.gradientScale, scale.hessianScale, countBits);
  }

  count(slot: number, begin: number, end: number): void {
    this.#run.count(slot, begin, end);
  }

  subtract(whole: number, part: number): void {
    this.#run.subtract(whole, part);
  }

  total(slot: number): NodeSums {
    this.#run.total(slot);
    const gradient = Number(this.#answer.getBigInt64(0, true)) * this.#gradientUnit;
    const packed = this.#answer.getBigInt64(8, true);
    const hessian = Number(packed >> BigInt(this.#countBits)) * this.#hessianUnit;
    return { gradient, hessian, rows: Number(BigInt.asUintN(this.#countBits, packed)) };
  }

  best(slot: number, { gradient, hessian, rows }: NodeSums, { lower, upper }: Bounds): Split | null {
    this.#run.best(slot, gradient, hessian, rows, lower, upper, smallestGain);
    const answer = this.#answer;
    const gain = answer.getFloat64(0, true);
    if (gain === smallestGain) return null;
    return {
      gain,
      feature: answer.getInt32(28, true),
      bin: answer.getInt32(32, true),
      missingLeft: answer.getInt32(36, true) === 1,
      left: { gradient: answer.getFloat64(8, true), hessian: answer.getFloat64(16, true), rows: answer.getInt32(24, true) },
    };
  }

  partition(feature: number, goesLeft: Uint8Array, begin: number, end: number): number {
    this.#goesLeft.set(goesLeft);
    return this.#run.partition(feature, begin, end);
  }

  sumRows(begin: number, end: number): { gradient: number; hessian: number } {
    this.#run.sumRows(begin, end);
    return { gradient: this.#answer.getFloat64(0, true), hessian: this.#answer.getFloat64(8, true) };
  }

  close(): void {}
}
