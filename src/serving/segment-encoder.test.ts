import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spooled } from '../../test/serving/segment-of.ts';
import { decodeSegment } from './segment.ts';
import { SegmentEncoder } from './segment-encoder.ts';

let folder: string;
let encoder: SegmentEncoder | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-encoder-'));
});
afterEach(async () => {
  await encoder?.close();
  await rm(folder, { recursive: true });
});

const base = { model: 'm', version: 1, revision: 1, role: 'champion', key: null, at: 1, score: 1, prediction: '1' } as const;
async function file(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

describe('encoding segments in a thread', () => {
  it('gives the segment of a file, and nothing of a file without a whole block', async () => {
    encoder = new SegmentEncoder();
    const segment = await encoder.encode(await file('1', spooled([{ ...base, id: 'a' }])));
    expect(segment).toMatchObject({ model: 'm', rows: 1, damagedBytes: 0 });
    const bytes = segment !== null && 'bytes' in segment ? segment.bytes : new Uint8Array();
    expect(await decodeSegment(bytes)).toMatchObject([{ ...base, id: 'a' }]);
    expect(await encoder.encode(await file('2', new Uint8Array(10)))).toEqual({ rows: 0, damagedBytes: 10 });
    expect(await encoder.encode(await file('3', new Uint8Array()))).toEqual({ rows: 0, damagedBytes: 0 });
  });

  it('may be tried again where the disk does not give the file', async () => {
    encoder = new SegmentEncoder();
    const path = join(folder, 'later');
    await expect(encoder.encode(path)).rejects.toThrow('ENOENT');
    await file('later', spooled([{ ...base, id: 'a' }]));
    expect(await encoder.encode(path)).toMatchObject({ rows: 1 });
  });

  it('begins the thread again when it has died, and gives a file up that ends it each time', async () => {
    const script = join(folder, 'dying.mjs');
    await writeFile(
      script,
      `import { parentPort, workerData } from 'node:worker_threads';
       parentPort.on('message', ({ path }) => {
         Atomics.store(workerData, 0, 1);
         if (path === 'deadly') throw new Error('deadly');
         if (path === 'exit') process.exit(1);
         parentPort.postMessage({ segment: { rows: 0, damagedBytes: 7 } });
       });`,
    );
    encoder = new SegmentEncoder(script);
    expect(await encoder.encode('harmless')).toMatchObject({ damagedBytes: 7 });
    for (let attempt = 0; attempt < 3; attempt++) await expect(encoder.encode('deadly')).rejects.toThrow('deadly');
    expect(await encoder.encode('deadly')).toBeNull();
    expect(await encoder.encode('harmless')).toMatchObject({ damagedBytes: 7 });
    await expect(encoder.encode('exit')).rejects.toThrow('has ended');
    expect(await encoder.encode('harmless')).toMatchObject({ damagedBytes: 7 });
  });

  it('never gives a file up because no thread could be begun', async () => {
    encoder = new SegmentEncoder(join(folder, 'missing.mjs'));
    for (let attempt = 0; attempt < 5; attempt++) await expect(encoder.encode('any')).rejects.toThrow('missing.mjs');
  });
});
