// Where what JavaScript hands over lies; AssemblyScript and TypeScript both compile this file.

// Entries of the table of addresses, i32.
export const rowsEntry = 0;
export const featuresEntry = 1;
export const strideEntry = 2;
export const columnsEntry = 3;
export const matrixEntry = 4;
export const pairsEntry = 5;
export const orderEntry = 6;
export const scratchEntry = 7;
export const gradientEntry = 8;
export const hessianEntry = 9;
export const scoreEntry = 10;
export const labelsEntry = 11;
export const missingBinsEntry = 12;
export const monotoneEntry = 13;
export const categoriesEntry = 14;
export const usedEntry = 15;
export const goesLeftEntry = 16;
export const thresholdsEntry = 17;
export const levelsEntry = 18;
export const integersEntry = 19;
export const numbersEntry = 20;
export const answersEntry = 21;
export const histogramsEntry = 22;
export const entries = 23;

// Entries of `integers`, i32. The first four are how the threads wait for each other (threads.ts).
export const jobNumber = 0;
export const joined = 1;
export const arrived = 2;
export const round = 3;
export const job = 4;
export const begin = 5;
export const middle = 6;
export const end = 7;
export const feature = 8;
/** The histogram of the node, which becomes that of its larger side. */
export const slot = 9;
/** The histogram of the smaller side. */
export const smallerSlot = 10;
/** The histograms that the second thread and further ones count into begin here. */
export const spareSlot = 11;
export const minRows = 12;
export const countBits = 13;
export const isConstrained = 14;
export const leftIsOpen = 15;
export const leftRows = 16;
export const rightIsOpen = 17;
export const rightRows = 18;
/** How many bins hold values; the next one is that of missing ones. */
export const valueBins = 19;
export const sleepers = 20;
/** From here on, by thread: how many rows it sends left. */
export const lefts = 32;
export const integers = 64;

// Entries of `numbers`, f64.
export const l2 = 0;
export const minHessian = 1;
export const gradientScale = 2;
export const hessianScale = 3;
export const gradientUnit = 4;
export const hessianUnit = 5;
export const smallestGain = 6;
export const categoryL2 = 7;
export const categorySmoothing = 8;
/** From here on: a side's gradient, hessian, and the bounds of its step. */
export const left = 9;
export const right = 13;
export const numbers = 17;

/** Most threads that work on one training. */
export const mostThreads = 32;

/** Bytes of a thread's answer: two splits. */
export const answerBytes = 256;
export const secondAnswer = 128;

// Bytes of a split at which its parts lie: f64, i32, and the set of bins, a bit each.
export const gainOfSplit = 0;
export const gradientOfSplit = 8;
export const hessianOfSplit = 16;
export const rowsOfSplit = 24;
export const featureOfSplit = 28;
/** -1: the bins that go left are those of the set. */
export const binOfSplit = 32;
export const missingLeftOfSplit = 36;
export const setOfSplit = 40;

/** Bytes in which a thread puts the levels of a category in order: 256 times f64 and i32. */
export const levelsBytes = 3072;

// Jobs.
export const fillJob = 1;
export const interleaveJob = 2;
export const greatestJob = 3;
export const packJob = 4;
export const rootJob = 5;
export const bestJob = 6;
export const divideJob = 7;
export const logisticJob = 8;
export const squaredJob = 9;
