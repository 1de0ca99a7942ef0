import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../../infra/programs/run.ts';

/** What a process and all that it started use together. */
export interface Usage {
  /** Processor time since their start, s. */
  readonly cpu: number;
  /** Resident memory, bytes. */
  readonly memory: number;
}

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly cpu: number;
  readonly memory: number;
}

/** @returns zeros where the process is gone */
export async function usageOf(pid: number): Promise<Usage> {
  const lines = process.platform === 'linux' ? fromProc() : fromPs((await run('ps', ['-axo', 'pid=,ppid=,rss=,time='])).stdout);
  const family = new Set([pid]);
  // A child may be listed before its parent.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const line of lines) if (family.has(line.parent)) family.add(line.pid);
  }
  const members = lines.filter((line) => family.has(line.pid));
  return {
    cpu: members.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: members.reduce((sum, { memory }) => sum + memory, 0),
  };
}

/** Linux tells processor time in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;

function fromProc(): ProcessLine[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The command's name, in parentheses, may hold anything.
        const fields = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .map(Number);
        const [parent = 0, user = 0, system = 0] = [fields[1], fields[11], fields[12]];
        const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] ?? 0;
        return [{ pid: Number(name), parent, cpu: (user + system) / ticksPerSecond, memory: Number(kibibytes) * 1024 }];
      } catch {
        return [];
      }
    });
}

/** Lines of `ps -axo pid=,ppid=,rss=,time=`; the time is [[days-]hours:]minutes:seconds. */
export function fromPs(text: string): ProcessLine[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = '', parent = '', kibibytes = '', time = ''] = line.trim().split(/\s+/);
      const [days = '0', clock = ''] = time.includes('-') ? time.split('-') : ['0', time];
      const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
      return { pid: Number(pid), parent: Number(parent), cpu: Number(days) * 86_400 + seconds, memory: Number(kibibytes) * 1024 };
    });
}
