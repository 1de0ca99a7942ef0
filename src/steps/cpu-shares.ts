import { readFileSync } from 'node:fs';

/** Ticks of /proc a second: fixed for all that Linux shows to programs. */
const ticks = 100;

/** Processor time that one piece of work has been charged with. */
export interface CpuShare {
  /** ms until now. */
  used(): number;
  /** Ends it. @returns ms */
  end(): number;
}

/**
 * Processor time by piece of work. A process only knows what all of it used, so that pieces that run at one time share it equally:
 * what they are charged adds up to what the process used while any of them ran, and nothing counts twice.
 */
export class CpuShares {
  readonly #total: () => number;
  readonly #open = new Map<object, number>();
  #seen: number;

  /** @param total processor time so far, ms; never falls */
  constructor(total: () => number = processorTime) {
    this.#total = total;
    this.#seen = total();
  }

  begin(): CpuShare {
    this.#settle();
    const share: CpuShare = {
      used: () => {
        this.#settle();
        return this.#open.get(share) ?? 0;
      },
      end: () => {
        const used = share.used();
        this.#open.delete(share);
        return used;
      },
    };
    this.#open.set(share, 0);
    return share;
  }

  #settle(): void {
    const now = this.#total();
    const each = this.#open.size === 0 ? 0 : (now - this.#seen) / this.#open.size;
    for (const [share, used] of this.#open) this.#open.set(share, used + each);
    this.#seen = now;
  }
}

/**
 * Of this process with all its threads, and of its children that have ended, with what they waited for, ms. Node does not tell of children;
 * Linux does. Elsewhere they count nothing.
 */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenTime();
}

function childrenTime(): number {
  if (process.platform !== 'linux') return 0;
  try {
    // proc(5): the name, which may hold anything, is in brackets; cutime and cstime are fields 16 and 17.
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticks;
  } catch {
    return 0;
  }
}
