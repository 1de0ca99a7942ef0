import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

describe('the logger', () => {
  it('writes one JSON line with the name, the level by name and the time as ISO 8601', () => {
    const stream = new PassThrough();
    createLogger('gateway', 'info', stream).info({ model: 'electricity' }, 'ready');
    const line = JSON.parse(String(stream.read())) as Record<string, string>;
    expect(line).toMatchObject({ name: 'gateway', level: 'info', model: 'electricity', msg: 'ready' });
    expect(new Date(line['time'] ?? '').toISOString()).toBe(line['time']);
  });

  it('is silent below its level', () => {
    const stream = new PassThrough();
    createLogger('gateway', 'error', stream).info('ready');
    expect(stream.read()).toBeNull();
  });
});
