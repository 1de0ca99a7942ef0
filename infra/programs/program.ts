/** Tells a person what is being fetched or built, one line at a time. Callers write it to stderr. */
export type Say = (line: string) => void;

/** What a way of getting a program is given to work with. */
export interface Workplace {
  /** An empty folder that is removed afterwards: nothing half done is left behind. */
  readonly scratch: string;
  readonly say: Say;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** What a way made: an executable, and perhaps a folder that the executable finds at `../lib/<name>-<version>`. */
export interface Made {
  readonly executable: string;
  readonly lib?: string;
}

/** One way of getting a program that is not on the machine. It rejects with the reason when it cannot. */
export interface Way {
  /** Completes the sentence "Getting temporal 1.5.1: …". */
  readonly doing: string;
  make(work: Workplace): Promise<Made>;
}

/** An external program that pawl runs, and every way it knows to get it. */
export interface Program {
  /** Its file name on PATH. */
  readonly name: string;
  /** The version that is fetched or built. One found on PATH only has to pass `check`. */
  readonly version: string;
  /** The environment variable that names an executable to use whatever else there is. */
  readonly variable: string;
  /** Looks at an executable found on this machine. Resolves to why it cannot be used, or null. */
  check?(executable: string): Promise<string | null>;
  /** In the order of trying. */
  readonly ways: readonly Way[];
}
