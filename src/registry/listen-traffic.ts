import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from './registry.ts';
import { trafficChannel } from './traffic-revisions.ts';

/** Pause before a lost connection is made again, ms; it doubles up to the longest. */
const shortestPause = 100;
const longestPause = 5000;

/**
 * Calls back when some model's traffic may have changed: at each notification, and after each (re)connection, because what was
 * told while nobody listened is lost. It connects again for ever; whoever needs more than that polls besides.
 */
export function listenTraffic(registry: Registry, onChange: () => void): { close(): Promise<void> } {
  const closing = new AbortController();

  /** Listens for as long as the connection lives. */
  async function listen(onListening: () => void): Promise<void> {
    const client = await registry.pool.connect();
    const gone = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
      closing.signal.addEventListener('abort', () => resolve());
    });
    client.on('notification', onChange);
    try {
      await client.query(`LISTEN ${trafficChannel}`);
      onListening();
      onChange();
      if (!closing.signal.aborted) await gone;
    } finally {
      client.removeListener('notification', onChange);
      // Destroyed, not given back: it still listens.
      client.release(true);
    }
  }

  async function keepListening(): Promise<void> {
    let wait = shortestPause;
    while (!closing.signal.aborted) {
      try {
        await listen(() => (wait = shortestPause));
      } catch {
        // The registry is away: that is the poll's to report.
      }
      await pause(wait, undefined, { signal: closing.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, longestPause);
    }
  }

  const listening = keepListening();
  return {
    close: async () => {
      closing.abort();
      await listening;
    },
  };
}
