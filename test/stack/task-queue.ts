import { randomUUID } from 'node:crypto';

/** A task queue that no other test uses, so that no other test's worker takes its tasks. */
export function freeTaskQueue(): string {
  return `test-${randomUUID()}`;
}
