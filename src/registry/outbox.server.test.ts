import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { messagesOf, noteMessage, outboxState, sendWaiting } from './outbox.ts';
import { openRegistry, type Registry } from './registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const all = { limit: 100 };

/** Notes messages of a model of their own; returns its name. */
async function noted(...keys: string[]): Promise<string> {
  const model = `m-${randomUUID()}`;
  for (const key of keys)
    await noteMessage(registry, { receiver: 'mlflow', key: `${model}/${key}`, model, release: `${model}/1`, message: { key } });
  return model;
}

/** Sends everything that waits, so that the next test begins with nothing. */
async function drained(): Promise<string[]> {
  const sent: string[] = [];
  await sendWaiting(
    registry,
    'mlflow',
    ({ message }) => {
      sent.push((message as { key: string }).key);
      return Promise.resolve('sent');
    },
    all,
  );
  return sent;
}

describe('the outbox', () => {
  it('sends in order what was noted, once, and an equal key is one message', async () => {
    const model = await noted('a', 'b', 'a', 'c');
    expect((await messagesOf(registry, `${model}/1`, 'mlflow')).map(({ message }) => message)).toEqual([
      { key: 'a' },
      { key: 'b' },
      { key: 'c' },
    ]);
    expect(await drained()).toEqual(['a', 'b', 'c']);
    expect(await drained()).toEqual([]);
    expect(await outboxState(registry, model)).toEqual([]);
  });

  it('stops at the first that does not get through, and says of it how that failed', async () => {
    const model = await noted('a', 'b');
    const failing = sendWaiting(registry, 'mlflow', () => Promise.reject(new Error('nobody is there')), all);
    await expect(failing).rejects.toThrow('nobody is there');
    expect(await outboxState(registry, model)).toMatchObject([
      { receiver: 'mlflow', waiting: 2, refused: 0, because: 'nobody is there', since: expect.any(Date) as Date },
    ]);
    expect(await drained()).toEqual(['a', 'b']);
  });

  it('passes over what is refused for good, which is counted for ever', async () => {
    const model = await noted('a', 'b');
    const refused = { refused: 'no such column' };
    const sent = await sendWaiting(
      registry,
      'mlflow',
      ({ message }) => Promise.resolve((message as { key: string }).key === 'a' ? refused : 'sent'),
      all,
    );
    expect(sent).toBe(2);
    expect(await outboxState(registry, model)).toMatchObject([{ waiting: 0, refused: 1, since: null, because: null }]);
    expect(await drained()).toEqual([]);
  });

  it('is sent by one process at a time, and another one goes on when that has ended', async () => {
    await noted('a');
    const other = openRegistry(registry.pool.options.connectionString ?? '');
    try {
      let during: unknown;
      const sending = sendWaiting(
        registry,
        'mlflow',
        async () => {
          during = await sendWaiting(other, 'mlflow', () => Promise.resolve('sent'), all);
          throw new Error('it ends here');
        },
        all,
      );
      await expect(sending).rejects.toThrow('it ends here');
      expect(during).toBeNull();
      expect(await drained()).toEqual(['a']);
    } finally {
      await other.close();
    }
  });

  it('leaves the rest where the process stops', async () => {
    await noted('a', 'b');
    const stopping = new AbortController();
    const send = () => {
      stopping.abort();
      return Promise.resolve('sent' as const);
    };
    expect(await sendWaiting(registry, 'mlflow', send, { ...all, signal: stopping.signal })).toBe(1);
    expect(await drained()).toEqual(['b']);
  });
});
