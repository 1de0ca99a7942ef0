import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PawlError } from '../../src/errors.ts';
import { cacheFolder, findProgram } from './find.ts';
import type { Program, Way } from './program.ts';
import { run } from './run.ts';

let home: string;
let env: NodeJS.ProcessEnv;
let said: string[];

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pawl-find-'));
  mkdirSync(path.join(home, 'onpath'));
  env = { HOME: home, PATH: path.join(home, 'onpath') };
  said = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const say = (line: string) => said.push(line);

function executable(file: string, text: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho ${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A way that really makes a script, and counts how often it was asked to. */
function scriptWay(text: string): Way & { calls: number } {
  const way = {
    doing: `writing ${text}`,
    calls: 0,
    make: async ({ scratch }: { scratch: string }) => {
      way.calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { executable: executable(path.join(scratch, 'made'), text) };
    },
  };
  return way;
}

const brokenWay: Way = {
  doing: 'downloading it from nowhere',
  make: ({ scratch }) => {
    writeFileSync(path.join(scratch, 'half'), 'half of it');
    return Promise.reject(new Error('nowhere is out of reach'));
  },
};

function program(...ways: Way[]): Program {
  return { name: 'tool', version: '1.2.3', variable: 'PAWL_TOOL', ways };
}

const outputOf = async (file: string) => (await run(file, [])).stdout.trim();

describe('finding a program', () => {
  it('takes the executable that the variable names before any other', async () => {
    executable(path.join(home, 'onpath', 'tool'), 'from PATH');
    const named = executable(path.join(home, 'elsewhere'), 'named');
    expect(await findProgram(program(), { say, env: { ...env, PAWL_TOOL: named } })).toBe(named);
  });

  it('refuses a variable that names nothing executable, instead of looking further', async () => {
    executable(path.join(home, 'onpath', 'tool'), 'from PATH');
    const wrong = findProgram(program(), { say, env: { ...env, PAWL_TOOL: path.join(home, 'missing') } });
    await expect(wrong).rejects.toMatchObject({ code: 'PAWL_PROGRAM_MISSING', problems: [{ subject: 'PAWL_TOOL' }] });
  });

  it('takes one from PATH before the cache', async () => {
    executable(path.join(cacheFolder(env), 'bin', 'tool-1.2.3'), 'cached');
    const onPath = executable(path.join(home, 'onpath', 'tool'), 'from PATH');
    expect(await findProgram(program(), { say, env })).toBe(onPath);
  });

  it('passes over one on PATH that its check refuses', async () => {
    executable(path.join(home, 'onpath', 'tool'), 'too old');
    const way = scriptWay('new');
    const found = await findProgram({ ...program(way), check: () => Promise.resolve('it is too old') }, { say, env });
    expect(await outputOf(found)).toBe('new');
  });

  it('uses what an earlier run put in the cache, and makes nothing', async () => {
    const cached = executable(path.join(cacheFolder(env), 'bin', 'tool-1.2.3'), 'cached');
    const way = scriptWay('made');
    expect(await findProgram(program(way), { say, env })).toBe(cached);
    expect({ calls: way.calls, said }).toEqual({ calls: 0, said: [] });
  });

  it('falls through to the next way, says both, and leaves nothing of the failed one', async () => {
    const found = await findProgram(program(brokenWay, scriptWay('built')), { say, env });
    expect(await outputOf(found)).toBe('built');
    expect(readdirSync(cacheFolder(env))).toEqual(['bin']);
    expect(readdirSync(path.join(cacheFolder(env), 'bin'))).toEqual(['tool-1.2.3']);
    expect(said.join('\n')).toMatch(/nowhere is out of reach[\s\S]*writing built[\s\S]*Got tool 1\.2\.3 in \d+\.\d s/);
  });

  it('makes it once when several ask at the same time', async () => {
    const way = scriptWay('made');
    const found = await Promise.all(Array.from({ length: 4 }, () => findProgram(program(way), { say, env })));
    expect(new Set(found).size).toBe(1);
    expect(way.calls).toBe(1);
  });

  it('keeps the libraries that a program comes with where the program looks for them', async () => {
    const way: Way = {
      doing: 'making a program with libraries',
      make: ({ scratch }) => {
        mkdirSync(path.join(scratch, 'lib'));
        writeFileSync(path.join(scratch, 'lib', 'words'), 'from its library');
        writeFileSync(path.join(scratch, 'run.sh'), '#!/bin/sh\n/bin/cat "$(/usr/bin/dirname "$0")/../lib/tool-1.2.3/words"\n');
        return Promise.resolve({ executable: path.join(scratch, 'run.sh'), lib: path.join(scratch, 'lib') });
      },
    };
    expect(await outputOf(await findProgram(program(way), { say, env }))).toBe('from its library');
  });

  it('names every way that failed, and why, when none works', async () => {
    const error = await findProgram(program(brokenWay), { say, env }).then(
      () => null,
      (cause: unknown) => cause as PawlError,
    );
    expect(error?.code).toBe('PAWL_PROGRAM_MISSING');
    expect(error?.problems[0]?.message).toBe('downloading it from nowhere: nowhere is out of reach');
    expect(existsSync(path.join(cacheFolder(env), 'bin', 'tool-1.2.3'))).toBe(false);
  });

  it('stops at once when it is told to', async () => {
    const stop = new AbortController();
    const hanging: Way = {
      doing: 'hanging',
      make: ({ signal }) => run('sleep', ['60'], { signal }).then(() => ({ executable: '' })),
    };
    const search = findProgram(program(hanging, scriptWay('never')), {
      say: () => stop.abort(),
      env: { ...env, PATH: process.env['PATH'] },
      signal: stop.signal,
    });
    await expect(search).rejects.toThrow(/abort/i);
    expect(readdirSync(cacheFolder(env))).toEqual(['bin']);
  });
});

describe('the cache', () => {
  it('is below XDG_CACHE_HOME, or else below HOME', () => {
    expect(cacheFolder({ HOME: '/home/ada', XDG_CACHE_HOME: '/var/cache/ada' })).toBe('/var/cache/ada/pawl');
    expect(cacheFolder({ HOME: '/home/ada' })).toBe('/home/ada/.cache/pawl');
  });
});
