// The hot loops of gbt as WebAssembly, compiled by AssemblyScript (`npm run build`). ../plain-kernel.ts says the same in
// JavaScript, to the bit; what is meant is documented there.
export { layOut } from './layout';
export { add, clear, count, interleave, subtract, total, fetched } from './histogram';
export { greatest, pack } from './pairs';
export { partition, sumRows } from './partition';
export { best, limit, scale } from './split';
