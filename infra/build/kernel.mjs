// Compiles the hot loops of gbt (src/training/gbt/kernel/assembly) to WebAssembly with SIMD and shared memory.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './inputs.mjs';

/** Of the compiled kernel, from dist/ on. */
export const kernelFile = path.join('src', 'training', 'gbt', 'kernel', 'kernel.wasm');

/** @returns whether it compiled; what was wrong has been printed */
export function buildKernel(dist) {
  const source = path.join('src', 'training', 'gbt', 'kernel', 'assembly', 'index.ts');
  const target = path.join(dist, kernelFile);
  mkdirSync(path.dirname(target), { recursive: true });
  // The memory is handed in, as large as the training needs it: at most what 32 bits address.
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const asc = path.join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads', ...memory, '-o', target];
  const { status } = spawnSync(process.execPath, [asc, source, ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}
