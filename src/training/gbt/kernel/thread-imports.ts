/** What the kernel takes from JavaScript: its memory, and how threads sleep and wake each other. */
export function threadImports(memory: WebAssembly.Memory) {
  const integers = new Int32Array(memory.buffer);
  return {
    env: { memory },
    // WebAssembly has instructions for this; with those the main thread of Node.js 20 did not wake.
    threads: {
      sleep(address: number, value: number): void {
        Atomics.wait(integers, address >>> 2, value);
      },
      wake(address: number): void {
        Atomics.notify(integers, address >>> 2);
      },
    },
  };
}
