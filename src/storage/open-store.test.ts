import { describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';

describe('opening a store by its URL', () => {
  it('opens folders and buckets', () => {
    expect(openStore('file:///tmp/pawl%20store').root).toBe('file:///tmp/pawl%20store/');
    expect(openStore('s3://bucket/some/prefix/', { s3Endpoint: 'http://127.0.0.1:1' }).root).toBe('s3://bucket/some/prefix/');
    expect(openStore('s3://bucket', { s3Endpoint: 'http://127.0.0.1:1' }).root).toBe('s3://bucket/');
  });

  it('refuses everything else by naming what would be right', () => {
    for (const url of ['', 'folder', 'ftp://host/x', 'file://host/x', 's3:///x', 'http://bucket/']) {
      expect(() => openStore(url)).toThrow(
        expect.objectContaining({ code: 'PAWL_SETTINGS_INVALID', message: expect.stringContaining('s3://bucket/prefix') }),
      );
    }
  });
});
