import { setTimeout as sleep } from 'node:timers/promises';
import { getChampion } from '../../src/registry/champion.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { ReleaseRecord } from '../../src/registry/releases.ts';
import { listReleases } from '../../src/registry/releases.ts';
import { readAssignment } from '../../src/registry/traffic.ts';
import type { Narrator } from './narrator.ts';
import type { Replay } from './replay.ts';
import type { Story } from './story.ts';

export const model = 'electricity';

/** What the chapters share: the stack's addresses, the registry they read, the traffic, and the voice. */
export interface Stage {
  readonly story: Story;
  readonly narrator: Narrator;
  readonly registry: Registry;
  readonly environment: Record<string, string>;
  readonly replay: Replay;
}

/** Lets the story go on until a condition holds or the recorded months are over; true when it held. */
export async function goOnUntil(stage: Stage, condition: () => Promise<boolean>): Promise<boolean> {
  for (;;) {
    await stage.narrator.listen();
    stage.story.status(await statusLine(stage));
    if (await condition()) return true;
    if (stage.replay.exhausted) return false;
    await sleep(250);
  }
}

export async function releases(stage: Stage): Promise<ReleaseRecord[]> {
  return (await listReleases(stage.registry, model)).toSorted((a, b) => a.number - b.number);
}

export async function championVersion(stage: Stage): Promise<number | null> {
  return (await getChampion(stage.registry, model))?.version ?? null;
}

async function statusLine({ replay, registry, story }: Stage): Promise<string> {
  const traffic = await readAssignment(registry, model);
  const trial = traffic?.challenger == null ? '' : `, v${traffic.challenger.version} on trial ${story.bar(traffic.share, 1)}`;
  return `${replay.now.toISOString().slice(0, 10)}  ${replay.sent} requests, ${replay.failed} failed  v${traffic?.champion?.version ?? '?'} answers${trial}`;
}
