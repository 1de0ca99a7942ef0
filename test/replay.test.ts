import { readdirSync, readFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../activities/dependencies.ts';
import { createPipelineActivities, createTrainingActivities } from '../activities/pipeline.ts';
import { packageFile } from '../src/package-root.ts';
import { workflowCode } from '../workers/worker.ts';

/** Recorded by `PAWL_RECORD=<shape> npm test`, one folder for each shape of the workflows that was ever released. */
const folder = packageFile('test/histories');
const shapes = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((shape) => readdirSync(`${folder}/${shape.name}`).map((file) => `${shape.name}/${file}`));

interface History {
  events: {
    eventType: string;
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    markerRecordedEventAttributes?: { details: Record<string, { payloads: { data: string }[] }> };
  }[];
}
const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as History;
// Ids in the recordings are the models' of the day they were made; a replay needs none.
const replay = (history: History) => Worker.runReplayHistory({ workflowBundle }, history, 'replayed');

// Once, and not for each history: it takes longer than all of them.
let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger });
  const { workflowBundle: built, workflowsPath = '' } = workflowCode();
  workflowBundle = built ?? (await bundleWorkflowCode({ workflowsPath, logger }));
});

/** What the names after `pattern` are in the source of the workflows. */
const inWorkflows = (pattern: RegExp) => {
  const files = readdirSync(packageFile('workflows')).filter((file) => file.endsWith('.ts') && !file.includes('.test.'));
  const names = files.flatMap((file) => [...readFileSync(packageFile(`workflows/${file}`), 'utf8').matchAll(pattern)]);
  return [...new Set(names.map((match) => match[1] ?? match[2] ?? ''))].toSorted();
};
/** The ids of the patches that a history went by, as the SDK writes them down. */
const patchesOf = ({ events }: History) =>
  events
    .flatMap(({ markerRecordedEventAttributes: marker }) => marker?.details['patch-data']?.payloads ?? [])
    .map(({ data }) => (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { id: string }).id);
const without = (all: Iterable<string>, some: readonly string[]) => [...all].filter((one) => !some.includes(one)).toSorted();

describe('the workflows of today replay what was recorded', () => {
  it.each(shapes)('%s', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  it('and notice a history that they would not have made', async () => {
    const history = read(shapes.find((file) => file.includes('/release')) ?? '');
    for (const event of history.events) {
      const type = event.activityTaskScheduledEventAttributes?.activityType;
      if (type?.name === 'validate') type.name = 'ingest';
    }
    await expect(replay(history)).rejects.toThrow(/[Nn]ondeterminism/);
  });
});

// What is in none could be changed, and no test would notice.
describe('the recordings show', () => {
  it('every workflow', () => {
    const recorded = shapes.map((file) => file.slice(file.indexOf('/') + 1).replace(/(-.*)?\.json$/, ''));
    const workflows = [...readFileSync(packageFile('workflows/index.ts'), 'utf8').matchAll(/export \{ (\w+) \}/g)];
    expect(workflows.length).toBeGreaterThan(5);
    expect(
      without(
        workflows.map(([, name]) => name ?? ''),
        recorded,
      ),
    ).toEqual([]);
  });

  it('every activity', () => {
    const scheduled = shapes.flatMap((file) =>
      read(file).events.flatMap(({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType.name ?? []),
    );
    const dependencies = {} as Dependencies;
    const activities = { ...createPipelineActivities(dependencies), ...createTrainingActivities(dependencies) };
    expect(without(Object.keys(activities), scheduled)).toEqual([]);
  });

  it('every patch', () => {
    const patches = inWorkflows(/patched\(\s*(?:'([^']+)'|"([^"]+)")/g);
    expect(patches.length).toBeGreaterThan(3);
    expect(
      without(
        patches,
        shapes.flatMap((file) => patchesOf(read(file))),
      ),
    ).toEqual([]);
  });
});
