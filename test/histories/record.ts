import { mkdirSync, writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { packageFile } from '../../src/package-root.ts';

type Kind = 'monitor' | 'release' | 'search' | 'rollout' | 'drill' | 'scheduledRetrain' | 'scheduledDrill';

/**
 * With PAWL_RECORD=<shape> set, `npm test` keeps the histories that its tests have made, for the replay test of later versions.
 * What ends is recorded once it has ended; a monitor lives on.
 * @param of what it is a history of, where several are kept of a workflow
 */
export async function record(client: Client, kind: Kind, workflowId: string, of = ''): Promise<void> {
  const shape = process.env['PAWL_RECORD'];
  if (shape === undefined) return;
  const folder = packageFile(`test/histories/${shape}`);
  mkdirSync(folder, { recursive: true });
  const handle = client.workflow.getHandle(workflowId);
  // A release tells its end before it is over. How it ended is in the history.
  if (kind !== 'monitor') await handle.result().catch(() => undefined);
  const json = historyToJSON(await handle.fetchHistory())
    // Who ran it, and where, is nobody's business later.
    .replaceAll(/"\d+@[^"]*"/g, '"recorded"')
    .replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
  writeFileSync(`${folder}/${kind}${of === '' ? '' : `-${of}`}.json`, `${json}\n`);
}
