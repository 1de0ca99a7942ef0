import { Worker } from 'node:worker_threads';
import { packageFile } from '../../../package-root.ts';
import type { Column } from '../binning.ts';
import { smallestGain, type NodeSums, type Split, type SplitLimits } from '../split.ts';
import * as place from './assembly/places.ts';
import { fixedPoint } from './fixed-point.ts';
import type { Bounds, Derivatives, Division, Kernel, KernelSize, Side } from './kernel.ts';
import { threadImports } from './thread-imports.ts';
import { layOut, type Layout } from './wasm-memory.ts';

/** What assembly/index.ts exports to the first thread. */
interface Exports {
  layOut(table: number): void;
  run(mostThreads: number): number;
  sumRows(begin: number, end: number): void;
  addToScore(begin: number, end: number, value: number): void;
}

/** What a further thread is started with. */
export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: number;
}

/** Cells of histograms and rows to go through below which further threads cost more than they save. */
const worthSharing = 30_000;

/** The kernel as WebAssembly with SIMD, on one memory with its threads. They take part as soon as they have started. */
export class WasmKernel implements Kernel {
  readonly columns: readonly Column[];
  readonly order: Int32Array;
  readonly score: Float64Array;
  readonly labels: Float64Array;
  readonly derivatives: Derivatives;
  readonly #size: KernelSize;
  readonly #layout: Layout;
  readonly #buffer: SharedArrayBuffer;
  readonly #threads: number;
  readonly #workers: readonly Worker[];
  readonly #run: Exports;
  readonly #integers: Int32Array;
  readonly #numbers: Float64Array;
  readonly #goesLeft: Uint8Array;
  readonly #answers: DataView;
  /** Why a thread ended; what it was to do is not done. */
  #failure: unknown = null;
  #missingBins: readonly number[] = [];
  /** Cells of a histogram that are in use. */
  #cells = 0;

  /** @param threads that may be kept busy, this one among them */
  constructor(module: WebAssembly.Module, size: KernelSize, threads = 1) {
    const { rows, features } = size;
    this.#size = size;
    this.#threads = Math.max(1, Math.min(threads, place.mostThreads));
    this.#layout = layOut(size, this.#threads);
    const { pages, table, at } = this.#layout;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#buffer = memory.buffer;
    // Addresses beyond 2^31 wrap around here, and are read without a sign.
    new Int32Array(this.#buffer, table, at.length).set(at);
    this.order = new Int32Array(this.#buffer, this.#at(place.orderEntry), rows);
    this.score = new Float64Array(this.#buffer, this.#at(place.scoreEntry), rows);
    this.labels = new Float64Array(this.#buffer, this.#at(place.labelsEntry), rows);
    this.derivatives = {
      gradient: new Float64Array(this.#buffer, this.#at(place.gradientEntry), rows),
      hessian: new Float64Array(this.#buffer, this.#at(place.hessianEntry), rows),
    };
    this.#integers = new Int32Array(this.#buffer, this.#at(place.integersEntry), place.integers);
    this.#numbers = new Float64Array(this.#buffer, this.#at(place.numbersEntry), place.numbers);
    this.#goesLeft = new Uint8Array(this.#buffer, this.#at(place.goesLeftEntry), 256);
    this.#answers = new DataView(this.#buffer, this.#at(place.answersEntry), this.#threads * place.answerBytes);
    this.columns = Array.from({ length: features }, (_, feature) => ({
      bins: new Uint8Array(this.#buffer, this.#at(place.columnsEntry) + feature * rows, rows),
      fill: (values, thresholds) => this.#fill(feature, values, thresholds),
    }));
    this.#run = new WebAssembly.Instance(module, threadImports(memory)).exports as Exports;
    this.#run.layOut(table);
    const workerData: ThreadData = { module, memory, table };
    this.#workers = Array.from({ length: this.#threads - 1 }, () => {
      const worker = new Worker(packageFile('dist/src/training/gbt/kernel/kernel-thread.js'), { workerData });
      worker.on('error', (error) => (this.#failure = error));
      worker.unref();
      return worker;
    });
  }

  open(missingBins: readonly number[], limits: SplitLimits): void {
    const { l2, rows, hessian, monotone, categories } = limits;
    new Int32Array(this.#buffer, this.#at(place.missingBinsEntry), missingBins.length).set(missingBins);
    new Int8Array(this.#buffer, this.#at(place.monotoneEntry), monotone.length).set(monotone);
    new Uint8Array(this.#buffer, this.#at(place.categoriesEntry), categories.length).set(categories);
    this.#missingBins = missingBins;
    this.#cells = missingBins.reduce((sum, bin) => sum + bin + 1, 0);
    this.#numbers[place.l2] = l2;
    this.#numbers[place.minHessian] = hessian;
    this.#numbers[place.smallestGain] = smallestGain;
    this.#numbers[place.categoryL2] = limits.categoryL2;
    this.#numbers[place.categorySmoothing] = limits.categorySmoothing;
    this.#integers[place.minRows] = rows;
    this.#integers[place.isConstrained] = monotone.some((direction) => direction !== 0) ? 1 : 0;
    this.#integers[place.spareSlot] = this.#size.slots;
    this.#do(place.interleaveJob, this.#size.rows * this.#size.features);
  }

  logistic(rows: number): void {
    this.#integers[place.end] = rows;
    this.#do(place.logisticJob, rows * 8);
  }

  squared(rows: number): void {
    this.#integers[place.end] = rows;
    this.#do(place.squaredJob, rows);
  }

  startTree(rows: number, sampled: number, used: readonly number[], slot: number): NodeSums {
    const flags = new Uint8Array(this.#buffer, this.#at(place.usedEntry), this.#size.features).fill(0);
    for (const feature of used) flags[feature] = 1;
    this.#integers[place.end] = rows;
    const threads = this.#do(place.greatestJob, rows);
    const greatest = (offset: number) =>
      Math.max(...Array.from({ length: threads }, (_, i) => this.#answers.getFloat64(i * place.answerBytes + offset, true)));
    const scale = fixedPoint(rows, greatest(0), greatest(8));
    this.#integers[place.countBits] = scale.countBits;
    this.#numbers.set([scale.gradientScale, scale.hessianScale], place.gradientScale);
    this.#numbers.set([1 / scale.gradientScale, 1 / scale.hessianScale], place.gradientUnit);
    this.#do(place.packJob, rows * 2);
    this.#integers[place.slot] = slot;
    this.#integers[place.begin] = 0;
    this.#integers[place.end] = sampled;
    this.#do(place.rootJob, sampled * this.#size.features);
    const packed = this.#answers.getBigInt64(8, true);
    return {
      gradient: Number(this.#answers.getBigInt64(0, true)) / scale.gradientScale,
      hessian: Number(packed >> BigInt(scale.countBits)) / scale.hessianScale,
      rows: Number(BigInt.asUintN(scale.countBits, packed)),
    };
  }

  best(slot: number, sums: NodeSums, bounds: Bounds): Split | null {
    this.#integers[place.slot] = slot;
    this.#setSide(place.left, { sums, bounds });
    this.#integers[place.leftRows] = sums.rows;
    return this.#splitOf(this.#do(place.bestJob, this.#cells), 0);
  }

  divide(division: Division): [Split | null, Split | null] {
    const { feature, goesLeft, begin, middle, end, left, right, slot, smallerSlot } = division;
    this.#goesLeft.set(goesLeft);
    const integers = this.#integers;
    integers[place.begin] = begin;
    integers[place.middle] = middle;
    integers[place.end] = end;
    integers[place.feature] = feature;
    integers[place.slot] = slot;
    integers[place.smallerSlot] = smallerSlot;
    integers[place.leftIsOpen] = left.isOpen ? 1 : 0;
    integers[place.leftRows] = left.sums.rows;
    integers[place.rightIsOpen] = right.isOpen ? 1 : 0;
    integers[place.rightRows] = right.sums.rows;
    this.#setSide(place.left, left);
    this.#setSide(place.right, right);
    const isOpen = left.isOpen || right.isOpen;
    const counted = Math.min(middle - begin, end - middle) * this.#size.features;
    const threads = this.#do(place.divideJob, end - begin + (isOpen ? counted + 2 * this.#cells : 0));
    return [left.isOpen ? this.#splitOf(threads, 0) : null, right.isOpen ? this.#splitOf(threads, place.secondAnswer) : null];
  }

  sumRows(begin: number, end: number): { gradient: number; hessian: number } {
    this.#run.sumRows(begin, end);
    return { gradient: this.#answers.getFloat64(0, true), hessian: this.#answers.getFloat64(8, true) };
  }

  addToScore(rows: Int32Array, value: number): void {
    const begin = (rows.byteOffset - this.order.byteOffset) / 4;
    this.#run.addToScore(begin, begin + rows.length, value);
  }

  /** Resolves when all threads have started: until then the others do the work, with the same result. */
  async joined(): Promise<void> {
    const present = () => Atomics.load(this.#integers, place.joined) === this.#workers.length;
    while (!present()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #at(entry: number): number {
    return this.#layout.at[entry] as number;
  }

  /** @param work cells and rows to go through @returns how many threads have done it */
  #do(job: number, work: number): number {
    if (this.#failure !== null) throw new Error('A thread of the training ended.', { cause: this.#failure });
    this.#integers[place.job] = job;
    return this.#run.run(work < worthSharing ? 1 : this.#threads);
  }

  #fill(feature: number, values: Float32Array, thresholds: Float32Array): void {
    new Float32Array(this.#buffer, this.#at(place.pairsEntry), values.length).set(values);
    const padded = new Float32Array(this.#buffer, this.#at(place.thresholdsEntry), 256).fill(Infinity);
    padded.set(thresholds);
    this.#integers[place.feature] = feature;
    this.#integers[place.valueBins] = thresholds.length + 1;
    this.#do(place.fillJob, values.length * 2);
  }

  #setSide(at: number, { sums, bounds }: Pick<Side, 'sums' | 'bounds'>): void {
    this.#numbers[at] = sums.gradient;
    this.#numbers[at + 1] = sums.hessian;
    this.#numbers[at + 2] = bounds.lower;
    this.#numbers[at + 3] = bounds.upper;
  }

  /** The best of what the threads have found; where two are equally good, that of the first feature. */
  #splitOf(threads: number, offset: number): Split | null {
    const answers = this.#answers;
    let best = offset;
    for (let i = 1, at = best; i < threads; i++) {
      at += place.answerBytes;
      if (answers.getFloat64(at, true) > answers.getFloat64(best, true)) best = at;
    }
    const gain = answers.getFloat64(best + place.gainOfSplit, true);
    if (gain === smallestGain) return null;
    const left = {
      gradient: answers.getFloat64(best + place.gradientOfSplit, true),
      hessian: answers.getFloat64(best + place.hessianOfSplit, true),
      rows: answers.getInt32(best + place.rowsOfSplit, true),
    };
    const feature = answers.getInt32(best + place.featureOfSplit, true);
    const bin = answers.getInt32(best + place.binOfSplit, true);
    const missingLeft = answers.getInt32(best + place.missingLeftOfSplit, true) === 1;
    if (bin >= 0) return { gain, feature, bin, bins: null, missingLeft, left };
    const missingBin = this.#missingBins[feature] as number;
    const has = (bin: number) => (answers.getUint8(best + place.setOfSplit + (bin >> 3)) & (1 << (bin & 7))) !== 0;
    const bins = Array.from({ length: missingBin }, (_, bin) => bin).filter(has);
    return { gain, feature, bin, bins, missingLeft: missingLeft || has(missingBin), left };
  }
}
