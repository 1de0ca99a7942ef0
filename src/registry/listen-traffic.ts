import type { PoolClient } from 'pg';
import type { Registry } from './registry.ts';
import { trafficChannel } from './traffic.ts';

/** Pause before a lost connection is made again, ms. */
const reconnectMs = 1000;

/**
 * Calls back when a model's traffic may have changed: at each notification, and after each (re)connection, because what was
 * told while nobody listened is lost. It connects again for ever; whoever needs more than that polls besides.
 */
export function listenTraffic(registry: Registry, onChange: () => void): { close(): Promise<void> } {
  let closed = false;
  let lost: (() => void) | null = null;

  async function hold(client: PoolClient): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      lost = resolve;
      // For as long as the client lives: an error that nobody listens for would end the process.
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    });
    client.on('notification', onChange);
    try {
      await client.query(`LISTEN ${trafficChannel}`);
      onChange();
      if (!closed) await gone;
    } finally {
      client.removeListener('notification', onChange);
      // Destroyed, not given back: it still listens.
      client.release(true);
    }
  }

  async function listen(): Promise<void> {
    while (!closed) {
      try {
        await hold(await registry.pool.connect());
      } catch {
        // The registry is away: that is the poll's to report.
      }
      if (!closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, reconnectMs);
          lost = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  const listening = listen();
  return {
    close: async () => {
      closed = true;
      lost?.();
      await listening;
    },
  };
}
