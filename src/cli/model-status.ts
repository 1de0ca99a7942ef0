import { alarmName } from '../monitoring/alarm.ts';
import type { AlarmKind } from '../monitoring/state.ts';
import { openAlarms } from '../registry/alarms.ts';
import { getChampion } from '../registry/champion.ts';
import { liveGateways } from '../registry/gateways.ts';
import { leadingIncumbent } from '../registry/incumbent.ts';
import { labelCounts } from '../registry/labels.ts';
import { outboxState } from '../registry/outbox.ts';
import type { Registry } from '../registry/registry.ts';
import { listReleases } from '../registry/releases.ts';
import { readAssignment } from '../registry/traffic.ts';
import { type SearchProgress, searchProgress } from '../registry/trials.ts';
import { listTriggers } from '../registry/triggers.ts';
import { counted, listed } from '../stats/wording.ts';

/** The stable shape of `pawl status MODEL --json`. Times are ISO 8601, shares fractions. */
export interface ModelStatus {
  readonly model: string;
  readonly champion: {
    readonly version: number;
    /** Where it is forwarded to, while it is the endpoint that was there before pawl. */
    readonly endpoint: string | null;
    readonly since: string;
    readonly because: string;
  } | null;
  readonly traffic: {
    readonly revision: number;
    readonly champion: number | null;
    readonly challenger: number | null;
    readonly share: number;
    /** Only their callers take part; null: everybody. */
    readonly segments: readonly string[] | null;
    readonly leaseMs: number | null;
  } | null;
  readonly release: {
    readonly id: string;
    /** It is a rehearsal with a copy of the champion. */
    readonly drill: boolean;
    readonly stage: string | null;
    /** How far its search for parameters is, while that lasts. */
    readonly search: SearchProgress | null;
    readonly outcome: string | null;
    readonly because: string | null;
  } | null;
  /** What the monitor's last look found and nothing has answered yet; `because` says what that waits for as well. */
  readonly alarms: readonly { readonly kind: AlarmKind; readonly because: string; readonly since: string }[];
  readonly trigger: { readonly kind: string; readonly because: string; readonly at: string } | null;
  /** `unknown`: those whose prediction is nowhere in the log; `conflicting`: those that contradicted one that stands. */
  readonly labels: { readonly received: number; readonly unknown: number; readonly conflicting: number };
  /** What others have not been told of yet, or will not hear; `because`: how the last try failed. */
  readonly outbox: readonly {
    readonly receiver: string;
    readonly waiting: number;
    readonly since: string | null;
    readonly because: string | null;
    readonly refused: number;
  }[];
  readonly gateways: readonly {
    readonly process: string;
    readonly address: string;
    readonly revision: number | null;
    readonly versions: readonly number[];
  }[];
}

/** How long ago a gateway may have reported to be counted as there, ms. */
const silence = 10_000;

/** What the registry says of a model now. */
export async function modelStatus(registry: Registry, model: string): Promise<ModelStatus> {
  const [champion, incumbent, traffic, releases, alarms, triggers, labels, outbox, gateways] = await Promise.all([
    getChampion(registry, model),
    leadingIncumbent(registry, model),
    readAssignment(registry, model),
    listReleases(registry, model),
    openAlarms(registry, model),
    listTriggers(registry, model),
    labelCounts(registry),
    outboxState(registry, model),
    liveGateways(registry, model, silence),
  ]);
  const release = releases.toSorted((a, b) => b.number - a.number)[0];
  const trigger = triggers.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
  const isSearching = release?.stage === 'search' && release.outcome === null;
  const search = isSearching ? await searchProgress(registry, release.id) : null;
  const own = labels.find((counts) => counts.model === model);
  return {
    model,
    champion:
      champion === null
        ? null
        : {
            version: champion.version,
            endpoint: incumbent?.url ?? null,
            since: champion.since.toISOString(),
            because: champion.because,
          },
    traffic:
      traffic === null
        ? null
        : {
            revision: traffic.revision,
            champion: traffic.champion?.version ?? null,
            challenger: traffic.challenger?.version ?? null,
            share: traffic.share,
            segments: traffic.segments,
            leaseMs: traffic.leaseRemainingMs,
          },
    release:
      release === undefined
        ? null
        : {
            id: release.id,
            drill: release.drill,
            stage: release.stage,
            search,
            outcome: release.outcome,
            because: release.because,
          },
    alarms: alarms.map(({ kind, because, raisedAt }) => ({ kind, because, since: raisedAt.toISOString() })),
    trigger: trigger === undefined ? null : { kind: trigger.kind, because: trigger.because, at: trigger.at.toISOString() },
    labels: { received: own?.labels ?? 0, unknown: own?.unknown ?? 0, conflicting: own?.conflicting ?? 0 },
    outbox: outbox.map(({ since, ...rest }) => ({ ...rest, since: since?.toISOString() ?? null })),
    gateways: gateways.map(({ process, address, revision, versions }) => ({ process, address, revision, versions })),
  };
}

/** The same in a few lines for people. */
export function statusText(status: ModelStatus): string {
  const { champion, traffic, release, trigger, labels, gateways } = status;
  const share =
    traffic?.challenger == null
      ? ''
      : `, v${traffic.challenger} on trial at ${Math.round(traffic.share * 100)} %${traffic.segments === null ? '' : ` of the callers of ${listed(traffic.segments)}`} (lease ${Math.round((traffic.leaseMs ?? 0) / 1000)} s)`;
  return [
    `${status.model}: ${champion === null ? `no champion yet${traffic?.champion == null ? '' : `, v${traffic.champion} answers`}` : `v${champion.version}${champion.endpoint === null ? '' : ` (${champion.endpoint})`} since ${champion.since}`}${share}`,
    ...(champion === null ? [] : [`  because   ${champion.because}`]),
    ...(champion === null || champion.endpoint === null
      ? []
      : ["  drift     not watched before a version of pawl's own leads: what the endpoint learned from is not known"]),
    ...(release === null
      ? []
      : [
          `  release   ${release.id}${release.drill ? ', a drill,' : ''} ${release.outcome?.replace('_', ' ') ?? `runs: ${release.stage ?? 'starting'}`}${release.because === null ? '' : `: ${release.because}`}`,
        ]),
    ...(release?.search == null ? [] : [`  search    ${searchText(release.search)}`]),
    ...status.alarms.map(({ kind, because, since }) => `  alarm     ${alarmName[kind]} since ${since}: ${because}`),
    ...(trigger === null ? [] : [`  trigger   ${trigger.kind} at ${trigger.at}: ${trigger.because}`]),
    ...(labels.received === 0 ? [] : [`  labels    ${labelsText(labels)}`]),
    ...status.outbox.flatMap(outboxText),
    `  gateways  ${gateways.length === 0 ? 'none reports' : gateways.map((gateway) => `${gateway.address} (revision ${gateway.revision ?? 'none'})`).join(', ')}`,
  ].join('\n');
}

/** What waits only because it is new is not worth a line. */
function outboxText({ receiver, waiting, since, because, refused }: ModelStatus['outbox'][number]): string[] {
  const late = because === null || waiting === 0 ? [] : [`${counted(waiting, 'message')} since ${since}: ${because}`];
  const lost = refused === 0 ? [] : [`${counted(refused, 'message')} refused for good`];
  const said = [...late, ...lost].join('; ');
  return said === '' ? [] : [`  untold    ${receiver}: ${said}`];
}

function searchText({ trials, running, best }: SearchProgress): string {
  return `${counted(trials, 'trial')} begun, ${running} in training${best === null ? '' : `; ${best}`}`;
}

/** What is wrong with labels is said where something is. */
function labelsText({ received, unknown, conflicting }: ModelStatus['labels']): string {
  return [
    `${received} received`,
    ...(unknown === 0 ? [] : [`${unknown} for predictions that are nowhere in the log: check the ids`]),
    ...(conflicting === 0 ? [] : [`${conflicting} against a label that stands`]),
  ].join('; ');
}
