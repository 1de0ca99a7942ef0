import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names one run of one process, so that a process id that was given to somebody else meanwhile is not taken for it.
 * @returns null when no such process is alive; a zombie is not.
 */
export function processIdentity(pid: number): string | null {
  if (process.platform === 'linux') return fromProc(pid);
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return started === '' ? null : `${String(pid)}@${started}`;
  } catch {
    return null;
  }
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command name, in parentheses, may itself hold spaces and parentheses; the fields after the last one do not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${String(pid)}@${boot}+${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}
