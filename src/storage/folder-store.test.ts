import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderStore } from './folder-store.ts';
import { itKeepsTheContract } from './object-store.testsuite.ts';

let parent = '';
let count = 0;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'pawl-folder-store-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const fresh = () => join(parent, `a folder ${count++}`);

describe('a folder', () => {
  itKeepsTheContract(() => folderStore(fresh()));
});

describe('a folder as a store', () => {
  it('has URIs of files', () => {
    const folder = fresh();
    expect(folderStore(folder).root).toBe(`${pathToFileURL(folder).href}/`);
  });

  it('hands out the file itself as local path', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    await store.put('x/data.csv', new Uint8Array([1]));
    expect(await store.localPath('x/data.csv', tmpdir())).toBe(join(folder, 'x', 'data.csv'));
  });

  it('refuses a key in the way of another', async () => {
    const store = folderStore(fresh());
    await store.put('a/b', new Uint8Array([1]));
    await expect(store.put('a', new Uint8Array([2]))).rejects.toMatchObject({ code: 'PAWL_OBJECT_KEY_INVALID' });
    await expect(store.put('a/b/c', new Uint8Array([2]))).rejects.toMatchObject({ code: 'PAWL_OBJECT_KEY_INVALID' });
    expect(await store.list('')).toEqual(['a/b']);
  });

  it('leaves nothing behind of what it wrote, and clears away what a crash left a day ago', async () => {
    const folder = fresh();
    await mkdir(join(folder, '.unfinished'), { recursive: true });
    await writeFile(join(folder, '.unfinished', 'old'), 'half');
    await writeFile(join(folder, '.unfinished', 'young'), 'half');
    const old = new Date(Date.now() - 25 * 3600 * 1000);
    await utimes(join(folder, '.unfinished', 'old'), old, old);
    const store = folderStore(folder);
    await store.put('x', new Uint8Array([1]));
    expect(await readdir(join(folder, '.unfinished'))).toEqual(['young']);
    expect(await store.list('')).toEqual(['x']);
  });

  it('says that trying again may help when the file system refuses', async () => {
    const folder = fresh();
    await writeFile(folder, 'a file where the folder should be');
    await expect(folderStore(join(folder, 'below')).put('x', new Uint8Array())).rejects.toMatchObject({
      code: 'PAWL_STORE_UNAVAILABLE',
    });
  });
});
