import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../src/package-root.ts';
import { workflowCode } from '../workers/worker.ts';

/** Recorded by `PAWL_RECORD=<shape> npm test`, one folder for each shape of the workflows that was ever released. */
const folder = packageFile('test/histories');
const shapes = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((shape) => readdirSync(`${folder}/${shape.name}`).map((file) => `${shape.name}/${file}`));

interface History {
  events: { eventType: string; activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
}
const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as History;
// Ids in the recordings are the models' of the day they were made; a replay needs none.
const replay = (history: History) => Worker.runReplayHistory({ ...workflowCode() }, history, 'replayed');

describe('the workflows of today replay what was recorded', () => {
  it('with a history of each workflow', () => {
    const recorded = new Set(shapes.map((file) => file.slice(file.indexOf('/') + 1).replace(/(-.*)?\.json$/, '')));
    expect([...recorded].toSorted()).toEqual(['drill', 'monitor', 'release', 'rollout', 'scheduledRetrain']);
  });

  it.each(shapes)('%s', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  it('and notices a history that they would not have made', async () => {
    const history = read(shapes.find((file) => file.includes('/release')) ?? '');
    for (const event of history.events) {
      const type = event.activityTaskScheduledEventAttributes?.activityType;
      if (type?.name === 'validate') type.name = 'ingest';
    }
    await expect(replay(history)).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
