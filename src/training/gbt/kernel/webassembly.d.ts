/** The part of WebAssembly's JavaScript interface that the kernel uses; TypeScript has it for browsers only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): readonly { readonly name: string }[];
  }
  class Memory {
    constructor(size: { readonly initial: number; readonly maximum: number; readonly shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { readonly env: object; readonly threads: object });
    readonly exports: unknown;
  }
  function validate(bytes: Uint8Array): boolean;
}
