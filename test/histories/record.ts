import { mkdirSync, writeFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { packageFile } from '../../src/package-root.ts';

/**
 * With PAWL_RECORD=<shape> set, `npm test` keeps the histories that its tests have made, for the replay test of later versions.
 * @param of what it is a history of, where several are kept of a workflow
 */
export async function record(client: Client, kind: 'monitor' | 'release' | 'rollout' | 'scheduledRetrain' | 'drill', workflowId: string, of = ''): Promise<void> {
  const shape = process.env['PAWL_RECORD'];
  if (shape === undefined) return;
  const folder = packageFile(`test/histories/${shape}`);
  mkdirSync(folder, { recursive: true });
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  // Who ran it, and where, is nobody's business later.
  const json = historyToJSON(history).replaceAll(/"\d+@[^"]*"/g, '"recorded"');
  writeFileSync(`${folder}/${kind}${of === '' ? '' : `-${of}`}.json`, `${json}\n`);
}
