import type { Client, Connection } from '@temporalio/client';
import { searchAttributes } from '../messages/names.ts';

/** INDEXED_VALUE_TYPE_KEYWORD of Temporal's API (temporal/api/enums/v1/common.proto). */
const keyword = 2;

/** Registers pawl's search attributes in the namespace where they are not there yet. */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection as Connection;
  const namespace = client.options.namespace;
  const there = await operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter((name) => !(name in (there.customAttributes ?? {})));
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
}
