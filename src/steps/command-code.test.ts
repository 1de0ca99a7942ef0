import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandCode } from './command-code.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-code-'));
  await writeFile(join(folder, 'train.py'), 'import features');
  await writeFile(join(folder, 'features.py'), 'pass');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const code = (command = ['python3', 'train.py'], named: readonly string[] = []) =>
  commandCode(command, { baseDirectory: folder, named });

describe('the code of a command', () => {
  it('is what it names and what lies beside: a module that changed is another code', async () => {
    const before = await code();
    expect(await code()).toEqual(before);
    await writeFile(join(folder, 'features.py'), 'scale = 2');
    expect((await code()).digest).not.toBe(before.digest);
  });

  it('is no data, no settings of the model, no cache and no environment of Python', async () => {
    const before = await code();
    await writeFile(join(folder, 'rows.csv'), 'a,b');
    await writeFile(join(folder, 'pawl.yaml'), 'model: a');
    for (const name of ['__pycache__', '.cache', 'venv']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, name === 'venv' ? 'pyvenv.cfg' : 'x.py'), '');
    }
    await writeFile(join(folder, 'venv', 'more.py'), '');
    expect((await code()).digest).toBe(before.digest);
  });

  it('runs with packages, whose versions count, and with variables, whose values are not kept', async () => {
    const python = join(folder, 'venv', 'bin', 'python');
    const packages = join(folder, 'venv', 'lib', 'python3.12', 'site-packages');
    await mkdir(join(folder, 'venv', 'bin'), { recursive: true });
    await mkdir(join(packages, 'scikit_learn-1.9.0.dist-info'), { recursive: true });
    await writeFile(python, '');
    await chmod(python, 0o755);
    const before = await code(['venv/bin/python', 'train.py'], ['PAWL_TEST_SECRET']);
    expect(before.environment).toMatchObject({ packages: { scikit_learn: '1.9.0' } });
    process.env['PAWL_TEST_SECRET'] = 'hunter2';
    const after = await code(['venv/bin/python', 'train.py'], ['PAWL_TEST_SECRET']);
    delete process.env['PAWL_TEST_SECRET'];
    expect(after.environment['variables']).not.toBe(before.environment['variables']);
    expect(JSON.stringify(after)).not.toContain('hunter2');
  });

  it('of a program that is not there is none, and of too many files it is not known', async () => {
    expect((await code(['no-such-program'])).environment).toMatchObject({ program: null, packages: {} });
    expect((await commandCode(['train'], { baseDirectory: folder, named: [], mostFiles: 1 })).digest).toBeNull();
  });
});
