import { parentPort, workerData } from 'node:worker_threads';
import { threadImports } from './thread-imports.ts';
import type { ThreadData } from './wasm-kernel.ts';

// A further thread of the kernel: it serves the first one, within WebAssembly, until it is terminated.
if (parentPort === null) throw new Error('This file runs as a worker thread only.');
const { module, memory, table } = workerData as ThreadData;
const kernel = new WebAssembly.Instance(module, threadImports(memory)).exports as { layOut(table: number): void; serve(): void };
kernel.layOut(table);
kernel.serve();
