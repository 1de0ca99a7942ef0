// Compiles the hot loops of gbt (src/training/gbt/kernel/assembly) to WebAssembly with SIMD and shared memory.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './inputs.mjs';

/** Of the compiled kernel, from dist/ on. */
export const kernelFile = path.join('src', 'training', 'gbt', 'kernel', 'kernel.wasm');

/** @returns whether it compiled; what was wrong has been printed */
export function buildKernel(dist) {
  // Imports are named by the file that declares them, from there on.
  const sources = path.join(root, 'src', 'training', 'gbt', 'kernel', 'assembly');
  const target = path.resolve(dist, kernelFile);
  mkdirSync(path.dirname(target), { recursive: true });
  // The memory is handed in, as large as the training needs it: at most what 32 bits address.
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const asc = path.join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  // 112: a function that takes a vector could not be called from JavaScript; none of them is.
  const quiet = ['--disableWarning', '112'];
  const options = [
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--enable',
    'threads',
    ...memory,
    '-o',
    target,
    ...quiet,
  ];
  const { status } = spawnSync(process.execPath, [asc, 'index.ts', ...options], {
    cwd: sources,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}
