import { readFileSync } from 'node:fs';
import { packageFile } from '../../../package-root.ts';
import type { Kernel, KernelSize } from './kernel.ts';
import { PlainKernel } from './plain-kernel.ts';
import { WasmKernel } from './wasm-kernel.ts';
import { layOut, mostPages } from './wasm-memory.ts';

let compiled: WebAssembly.Module | null | undefined;

/** The compiled kernel; null where the processor or this Node.js has no SIMD or shared memory in WebAssembly. */
export function kernelModule(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled;
  const bytes = readFileSync(packageFile('dist/src/training/gbt/kernel/kernel.wasm'));
  compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  return compiled;
}

/**
 * The fastest kernel that these rows fit into: WebAssembly reaches 4 GB, which are some 45 million rows of 20 features.
 * @param threads that may be kept busy
 */
export function openKernel(size: KernelSize, threads: number): Kernel {
  const module = kernelModule();
  return module === null || layOut(size, threads).pages > mostPages
    ? new PlainKernel(size)
    : new WasmKernel(module, size, threads);
}
