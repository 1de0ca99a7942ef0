import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ObjectStore } from './object-store.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

/** Why an object store refused. */
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code,
  );

/** Does what a program does that got nothing but the link. */
async function throughLink(link: string, body?: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (link.startsWith('file:')) {
    if (body !== undefined) await writeFile(new URL(link), body);
    return readFile(new URL(link));
  }
  const answer = await fetch(link, body === undefined ? {} : { method: 'PUT', body });
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

/** What every object store keeps to. `open` gives an empty store each time. */
export function itKeepsTheContract(open: () => ObjectStore, runs = 25): void {
  it('gives back what was put, by key and by the URI that put returned', async () => {
    const store = open();
    const uri = await store.put('a/b/c.txt', bytes('kept'));
    expect(uri).toBe(`${store.root}a/b/c.txt`);
    expect(text(await store.get('a/b/c.txt'))).toBe('kept');
    expect(text(await store.get(uri))).toBe('kept');
    expect(await store.exists(uri)).toBe(true);
  });

  it('keeps empty objects and every byte value', async () => {
    const store = open();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.put('empty', new Uint8Array());
    await store.put('all', all);
    expect(await store.get('empty')).toEqual(new Uint8Array());
    expect(await store.get('all')).toEqual(all);
  });

  it('replaces an equal key, and never shows a reader half of an object', async () => {
    const store = open();
    const versions = [1, 2, 3].map((n) => new Uint8Array(200_000).fill(n));
    await store.put('big', new Uint8Array(200_000).fill(9));
    const seen: Uint8Array[] = [];
    const reading = (async () => {
      for (let i = 0; i < 20; i++) seen.push(await store.get('big'));
    })();
    for (const body of versions) await store.put('big', body);
    await reading;
    for (const body of seen) expect(new Set(body).size).toBe(1);
    for (const body of seen) expect(body.length).toBe(200_000);
    expect((await store.get('big'))[0]).toBe(3);
  });

  it('says so when an object is not there', async () => {
    const store = open();
    await store.put('folder/leaf', bytes('x'));
    for (const key of ['nothing', 'folder', 'folder/leaf/below', `${store.root}nothing`]) {
      expect({ key, exists: await store.exists(key) }).toEqual({ key, exists: false });
      expect({ key, code: await codeOf(store.get(key)) }).toEqual({ key, code: 'PAWL_OBJECT_NOT_FOUND' });
      expect({ key, code: await codeOf(store.localPath(key, tmpdir())) }).toEqual({ key, code: 'PAWL_OBJECT_NOT_FOUND' });
    }
  });

  it('removes an object, also one that is not there, and nothing beside it', async () => {
    const store = open();
    await store.put('x/one', bytes('1'));
    await store.put('x/two', bytes('2'));
    await store.delete(`${store.root}x/one`);
    await store.delete('x/one');
    await store.delete('x');
    await store.delete('x/two/below');
    expect(await store.list('')).toEqual(['x/two']);
  });

  it('lists what begins with a prefix in the order of characters, from after a key, up to a limit', async () => {
    const store = open();
    // The slash sorts between - or . and the digits: by folders the order would be another one.
    const keys = ['m-1/x', 'm.1', 'm/0', 'm/1/a', 'm/1/b', 'm/10', 'm/2/a', 'm0', 'n/1'];
    for (const key of keys.toReversed()) await store.put(key, bytes(key));
    expect(await store.list('')).toEqual(keys);
    expect(await store.list('m/')).toEqual(['m/0', 'm/1/a', 'm/1/b', 'm/10', 'm/2/a']);
    expect(await store.list('m/1')).toEqual(['m/1/a', 'm/1/b', 'm/10']);
    expect(await store.list('m/', { after: 'm/1/a' })).toEqual(['m/1/b', 'm/10', 'm/2/a']);
    expect(await store.list('m/', { after: 'm/1/zz', limit: 1 })).toEqual(['m/10']);
    expect(await store.list('m/', { after: 'a' })).toEqual(['m/0', 'm/1/a', 'm/1/b', 'm/10', 'm/2/a']);
    expect(await store.list('m/', { limit: 2 })).toEqual(['m/0', 'm/1/a']);
    expect(await store.list('m/', { limit: 0 })).toEqual([]);
    expect(await store.list('none/')).toEqual([]);
    expect(await store.list('m/', { after: 'z' })).toEqual([]);
  });

  it('refuses keys that lead out of it, hide or are empty, and URIs of other stores', async () => {
    const store = open();
    for (const key of [
      '',
      '/etc/passwd',
      '../out',
      'a/../../out',
      'a//b',
      'a/',
      'a\\b',
      './a',
      '.hidden',
      'a/.b',
      'a\0b',
      'ä',
      'x'.repeat(256),
      'https://example.org/a',
    ]) {
      const codes = await Promise.all([store.put(key, bytes('x')), store.get(key), store.delete(key)].map(codeOf));
      expect({ key, codes: new Set(codes) }).toEqual({ key, codes: new Set(['PAWL_OBJECT_KEY_INVALID']) });
    }
    await expect(store.list('../')).rejects.toMatchObject({ code: 'PAWL_OBJECT_KEY_INVALID' });
    await expect(store.get(`${store.root}../out`)).rejects.toMatchObject({ code: 'PAWL_OBJECT_KEY_INVALID' });
  });

  it('gives a local file with the object in it, one for each key', async () => {
    const store = open();
    const directory = await mkdtemp(join(tmpdir(), 'pawl-local-path-'));
    try {
      await store.put('x/data.parquet', bytes('x'));
      const uri = await store.put('y/data.parquet', bytes('y'));
      const [x, y] = [await store.localPath('x/data.parquet', directory), await store.localPath(uri, directory)];
      expect([await readFile(x, 'utf8'), await readFile(y, 'utf8')]).toEqual(['x', 'y']);
      expect(x.endsWith('data.parquet')).toBe(true);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('gives links by which one object is written and read without credentials', async () => {
    const store = open();
    await throughLink(await store.link('x/linked', 'write', 60), bytes('by a link'));
    expect(text(await store.get('x/linked'))).toBe('by a link');
    expect(text(await throughLink(await store.link('x/linked', 'read', 60)))).toBe('by a link');
    expect(await codeOf(store.link('../out', 'write', 60))).toBe('PAWL_OBJECT_KEY_INVALID');
  });

  it('is a map from keys to bytes, whatever is done in whatever order', async () => {
    const key = fc
      .tuple(fc.constantFrom('a', 'a-', 'b'), fc.constantFrom('a', 'b', 'b.c'))
      .map(([folder, leaf]) => `${folder}/${leaf}.bin`);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), key, body: fc.uint8Array({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('get' as const), key }),
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({
        kind: fc.constant('list' as const),
        prefix: fc.constantFrom('', 'a', 'a/', 'a-/b', 'b/'),
        after: fc.option(key, { nil: undefined }),
        limit: fc.option(fc.nat(4), { nil: undefined }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const store = open();
        const model = new Map<string, Uint8Array>();
        for (const act of steps) {
          if (act.kind === 'put') {
            await store.put(act.key, act.body);
            model.set(act.key, act.body);
          } else if (act.kind === 'delete') {
            await store.delete(act.key);
            model.delete(act.key);
          } else if (act.kind === 'get') {
            const kept = model.get(act.key);
            expect(await store.exists(act.key)).toBe(kept !== undefined);
            if (kept !== undefined) expect(await store.get(act.key)).toEqual(kept);
          } else {
            const { prefix, after, limit } = act;
            const expected = [...model.keys()]
              .toSorted()
              .filter((name) => name.startsWith(prefix) && (after === undefined || name > after));
            const options = { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) };
            expect(await store.list(prefix, options)).toEqual(expected.slice(0, limit ?? Infinity));
          }
        }
        const kept = await Promise.all(
          (await store.list('')).map(async (name) => [name, digest(await store.get(name))] as const),
        );
        expect(new Map(kept)).toEqual(new Map([...model].map(([name, body]) => [name, digest(body)])));
      }),
      { numRuns: runs },
    );
  });
}

function digest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
