import { Client, Connection } from '@temporalio/client';
import type { MonitorStatus } from '../../src/messages/monitor.ts';
import { queryNames, workflowId } from '../../src/messages/names.ts';
import { getRelease } from '../../src/registry/releases.ts';
import { listRevisions } from '../../src/registry/traffic.ts';
import { sumWindows } from '../../src/registry/windows.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { DevStack } from '../dev/stack.ts';
import { pawl } from './pawl-command.ts';
import { shortened } from './shortened.ts';
import type { Stage } from './stage.ts';
import { championVersion, goOnUntil, model, releases } from './stage.ts';

/** The market changes; the monitor answers. Ends when a retrained version leads, or the recorded months are over. */
export async function theMarketChanges(stage: Stage): Promise<void> {
  const { story } = stage;
  story.chapter(
    'The months after are replayed as live traffic. On 5 May 1997 the Victorian market joins. Nobody presses anything.',
  );
  const before = await championVersion(stage);
  const answered = await goOnUntil(stage, async () => (await championVersion(stage)) !== before);
  const refused = (await releases(stage)).filter((release) => release.outcome === 'rejected').length;
  story.say(
    answered
      ? `v${await championVersion(stage)} leads since ${stage.replay.now.toISOString().slice(0, 10)} of the market's time, after ${refused} retrain${refused === 1 ? '' : 's'} refused by its own gate.`
      : `No retrained version was better by the stated margin; v${before} still leads after ${refused} refused retrains.`,
  );
}

/** Rehearsals are people's: meanwhile the monitor tells and starts nothing. Goes on when nothing runs any more. */
export async function theMonitorOnlyTells(stage: Stage, specFile: string): Promise<void> {
  await apply(stage, specFile);
  const connection = await Connection.connect({ address: stage.environment['PAWL_TEMPORAL_ADDRESS'] ?? '' });
  try {
    const monitor = new Client({ connection }).workflow.getHandle(workflowId.monitor(model));
    // The registry knows of no release that is about to begin; the monitor does.
    await goOnUntil(stage, async () => {
      const { policy, pending, running } = await monitor.query<MonitorStatus>(queryNames.status);
      return policy.on_breach === 'tell' && pending === null && running === null;
    });
  } finally {
    await connection.close();
  }
}

async function apply({ story, environment }: Stage, specFile: string, ...also: string[]): Promise<void> {
  const values = [...shortened, 'monitor.on_breach=tell', ...also];
  await pawl(story, environment, ['apply', specFile, ...values.flatMap((value) => ['--set', value])]);
}

/** A version that learned nothing is let through by hand. What stops it then is the rollout itself. */
export async function aBadVersion(stage: Stage): Promise<void> {
  const { story } = stage;
  story.chapter('A version trained on shuffled labels is let through the gates on purpose, by name and on record.');
  const started = performance.now();
  const failedBefore = stage.replay.failed;
  const asked = await pawl(story, stage.environment, [
    'release',
    model,
    '--override-gates',
    '--shuffle-labels',
    '--by',
    'ada',
    '--reason',
    'rehearsal: what does a bad version cost us?',
  ]);
  const id = String(asked['release']);
  await goOnUntil(stage, async () => (await getRelease(stage.registry, id)).outcome !== null);
  const release = await getRelease(stage.registry, id);
  if (release.outcome !== 'rolled_back')
    throw new Error(`The bad version was not rolled back: ${release.outcome}, ${release.because}`);
  const trial = (await listRevisions(stage.registry, model)).filter((revision) => revision.challenger === release.version);
  const answers = stage.replay.byVersion.get(release.version ?? -1) ?? 0;
  const scored = await sumWindows(stage.registry, { model, version: release.version ?? -1 });
  const seconds =
    trial[0] === undefined || release.endedAt === null ? NaN : (release.endedAt.getTime() - trial[0].writtenAt.getTime()) / 1000;
  story.say(
    `Caught by itself ${seconds.toFixed(1)} s after its trial began, on ${scored.requests} requests that it scored beside the champion. ` +
      `Callers who got its answer: ${answers}. Requests that failed: ${stage.replay.failed - failedBefore}. The whole rehearsal took ${((performance.now() - started) / 1000).toFixed(0)} s.`,
  );
}

/** SIGKILL in the middle of a training. */
export async function aWorkerDies(stage: Stage, stack: DevStack, specFile: string): Promise<void> {
  const { story, environment } = stage;
  story.chapter('A training worker is killed with SIGKILL in the middle of a training.');
  await apply(stage, specFile, 'training.params.trees=20000');
  const asked = await pawl(story, environment, [
    'release',
    model,
    '--by',
    'ada',
    '--reason',
    'rehearsal: a worker dies while it trains',
  ]);
  const id = String(asked['release']);
  const store = openStore(environment['PAWL_STORE_URL'] ?? '');
  const connection = await Connection.connect({ address: environment['PAWL_TEMPORAL_ADDRESS'] ?? '' });
  try {
    const client = new Client({ connection });
    let killed: { pid: number; progress: { done: number; total: number } } | null = null;
    await goOnUntil(stage, async () => {
      // Not before its first checkpoint: there would be nothing to go on from.
      const [checkpoint] = await store.list(`checkpoints/${id}/`, { limit: 1 });
      killed = checkpoint === undefined ? null : await trainingInProgress(client);
      return killed !== null || (await getRelease(stage.registry, id)).outcome !== null;
    });
    const victim = killed as { pid: number; progress: { done: number; total: number } } | null;
    if (victim === null) throw new Error('The training was over before it could be interrupted.');
    process.kill(victim.pid, 'SIGKILL');
    story.say(
      `Killed process ${victim.pid} at tree ${victim.progress.done} of ${victim.progress.total}; ${stack.describe(victim.pid)}.`,
    );
  } finally {
    await connection.close();
  }
  await goOnUntil(stage, async () => (await getRelease(stage.registry, id)).outcome !== null);
  const release = await getRelease(stage.registry, id);
  story.say(`${id} ended ${release.outcome?.replace('_', ' ')} all the same: ${release.because}`);
}

/** The worker that trains now. Temporal knows its process by the worker's identity, `pid@host`. */
async function trainingInProgress(client: Client): Promise<{ pid: number; progress: { done: number; total: number } } | null> {
  const description = await client.workflow.getHandle(workflowId.release(model)).describe();
  const activity = description.raw.pendingActivities?.find((pending) => pending.activityType?.name === 'train');
  const data = activity?.heartbeatDetails?.payloads?.[0]?.data;
  if (activity === undefined || !data) return null;
  const progress = JSON.parse(Buffer.from(data).toString('utf8')) as { phase: string; done: number; total: number };
  const pid = Number.parseInt(activity.lastWorkerIdentity ?? '', 10);
  return progress.phase === 'trees' && progress.done < progress.total && Number.isFinite(pid) ? { pid, progress } : null;
}
