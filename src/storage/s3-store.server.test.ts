import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { itKeepsTheContract } from './object-store.testsuite.ts';
import { s3Store } from './s3-store.ts';

const open = (prefix: string = randomUUID(), bucket = inject('s3Bucket')) =>
  s3Store({
    bucket,
    prefix,
    endpoint: inject('s3Endpoint'),
    credentials: { accessKeyId: inject('s3AccessKeyId'), secretAccessKey: inject('s3SecretAccessKey') },
  });

describe('S3', () => {
  itKeepsTheContract(() => open(), 10);
});

describe('S3 as a store', () => {
  it('lists more keys than fit into a page', async () => {
    const store = open();
    const keys = Array.from({ length: 1203 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let start = 0; start < keys.length; start += 50)
      await Promise.all(keys.slice(start, start + 50).map((key) => store.put(key, new Uint8Array([1]))));
    expect(await store.list('many/')).toEqual(keys);
    expect(await store.list('many/', { after: 'many/0100', limit: 1050 })).toEqual(keys.slice(101, 1151));
  });

  it('keeps stores with different prefixes of one bucket apart', async () => {
    const [one, other] = [open(), open()];
    await one.put('x', new Uint8Array([1]));
    expect(await other.exists('x')).toBe(false);
    await expect(other.get(`${one.root}x`)).rejects.toMatchObject({ code: 'PAWL_OBJECT_KEY_INVALID' });
  });

  it('does not take a missing bucket or a missing server for a missing object', async () => {
    const bucketless = open('p', 'no-such-bucket');
    await expect(bucketless.exists('x')).rejects.toMatchObject({ code: 'PAWL_STORE_UNAVAILABLE', retryable: true });
    await expect(bucketless.get('x')).rejects.toMatchObject({ code: 'PAWL_STORE_UNAVAILABLE' });
    const away = s3Store({
      bucket: 'b',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    await expect(away.put('x', new Uint8Array())).rejects.toMatchObject({ code: 'PAWL_STORE_UNAVAILABLE' });
  });
});
