import type { Provenance, Word } from '../registry/why.ts';
import { bucket } from '../serving/bucketing.ts';
import type { LoggedPrediction, LoggedRow, Role } from '../serving/logged-prediction.ts';

interface Said {
  readonly version: number;
  readonly prediction: string;
  readonly score: number | null;
}

/** The stable shape of `pawl why ID --json`. Times are ISO 8601, shares fractions. */
export interface WhyAnswer {
  readonly id: string;
  readonly model: string;
  /** `role` is `shadow` where the log holds no answer but that of a version asked beside. `version` is null for the default answer. */
  readonly answer: {
    readonly role: Role;
    readonly version: number | null;
    readonly prediction: string;
    readonly score: number | null;
    readonly at: string;
    readonly key: string | null;
    readonly row: LoggedRow;
  };
  /** How often the id was answered: a caller may use one twice. The answer above is the newest. */
  readonly answers: number;
  readonly shadows: readonly Said[];
  readonly label: {
    readonly label: string;
    readonly observedAt: string | null;
    readonly receivedAt: string;
  } | null;
  readonly traffic: {
    readonly revision: number;
    readonly because: string;
    readonly from: string;
    /** Null for the traffic in force now. */
    readonly until: string | null;
    readonly champion: number | null;
    readonly challenger: number | null;
    readonly share: number;
    readonly shadowShare: number;
    readonly segments: readonly string[] | null;
    /** Where the caller's key falls, from 0 to 1: below the share is the challenger's side. Null without key or challenger. */
    readonly place: number | null;
    /** The version that the split gives the caller; null where nobody answers, or a challenger is there and the caller has no key. */
    readonly assigned: number | null;
    readonly writer: 'rollout' | 'drill' | 'person' | 'break-glass';
    /** The step of the rollout; `stage` is null while nothing has ended it. */
    readonly step: { readonly stage: string | null; readonly ended: Decided | null } | null;
  } | null;
  readonly version: {
    readonly version: number;
    readonly trainer: string;
    readonly dataset: string | null;
    readonly artifact: string;
    /** Where the version is an endpoint that was there before pawl: its URL. */
    readonly endpoint: string | null;
    /** A drill's version: the one whose artifact it is; else null. */
    readonly copyOf: number | null;
    readonly registeredAt: string;
    readonly metrics: Readonly<Record<string, number>>;
    /** A gate refused it and a person let it through. */
    readonly overridden: boolean;
    readonly gates: readonly {
      readonly gate: string;
      readonly passed: boolean;
      readonly value: number | null;
      readonly bound: number | null;
      readonly because: string;
    }[];
    readonly championSince: readonly { readonly at: string; readonly by: string; readonly because: string }[];
  } | null;
  readonly release: {
    readonly id: string;
    readonly outcome: string | null;
    readonly because: string | null;
    readonly startedAt: string;
    readonly endedAt: string | null;
    readonly overrideGates: boolean;
    readonly shuffleLabels: boolean;
    readonly trigger: { readonly kind: string; readonly by: string; readonly because: string; readonly at: string } | null;
    readonly approval: readonly Decided[];
    readonly decisions: readonly Decided[];
  } | null;
}

/** A decision as it is shown. */
interface Decided {
  readonly at: string;
  readonly stage: string;
  readonly action: string;
  readonly because: string;
}

/** Of the rows that the log holds under one id of one model: the newest answer, how many there are, and who was asked beside. */
export function answerAmong(rows: readonly LoggedPrediction[]): {
  readonly answer: LoggedPrediction;
  readonly answers: number;
  readonly shadows: readonly LoggedPrediction[];
} {
  const newestFirst = rows.toSorted((a, b) => b.at - a.at);
  const answers = newestFirst.filter(({ role }) => role !== 'shadow');
  const answer = answers[0] ?? newestFirst[0];
  if (answer === undefined) throw new Error('an answer among no rows');
  const shadows = newestFirst.filter(
    (row) => row.role === 'shadow' && row !== answer && (answers.length < 2 || row.at === answer.at),
  );
  return { answer, answers: answers.length, shadows };
}

/** Puts together what the log and the registry say. */
export function whyAnswer(rows: readonly LoggedPrediction[], provenance: Provenance): WhyAnswer {
  const { answer, answers, shadows } = answerAmong(rows);
  return {
    id: answer.id,
    model: answer.model,
    answer: {
      role: answer.role,
      version: answer.role === 'default' ? null : answer.version,
      prediction: answer.prediction,
      score: known(answer.score),
      at: iso(answer.at),
      key: answer.key,
      row: answer.row,
    },
    answers,
    shadows: shadows.map(({ version, prediction, score }) => ({ version, prediction, score: known(score) })),
    label: labelOf(provenance),
    traffic: trafficOf(answer, provenance),
    version: versionOf(provenance),
    release: releaseOf(provenance),
  };
}

function labelOf({ label }: Provenance): WhyAnswer['label'] {
  if (label === null) return null;
  return { label: label.label, observedAt: isoOrNull(label.observedAt), receivedAt: iso(label.receivedAt) };
}

function trafficOf({ key }: LoggedPrediction, { traffic }: Provenance): WhyAnswer['traffic'] {
  if (traffic === null) return null;
  const { revision, because, champion, challenger, share, shadowShare, segments, salt, writer, isStep, ended } = traffic;
  const place = key === null || challenger === null ? null : bucket(salt, key);
  const isChallengers = place !== null && place < share;
  return {
    revision,
    because,
    from: iso(traffic.writtenAt),
    until: isoOrNull(traffic.until),
    champion,
    challenger,
    share,
    shadowShare,
    segments,
    place,
    assigned: challenger === null ? champion : place === null ? null : isChallengers ? challenger : champion,
    writer,
    step: isStep ? { stage: ended?.stage ?? null, ended: ended === null ? null : said(ended) } : null,
  };
}

function versionOf({ version, gates, championSince }: Provenance): WhyAnswer['version'] {
  if (version === null) return null;
  return {
    version: version.version,
    trainer: version.trainer,
    dataset: version.datasetDigest,
    artifact: version.digest,
    endpoint: version.incumbent?.url ?? null,
    copyOf: version.copyOf,
    registeredAt: iso(version.createdAt),
    metrics: version.metrics,
    overridden: version.overridden,
    gates: gates.map(({ gate, passed, value, bound, because }) => ({ gate, passed, value, bound, because })),
    championSince: championSince.map(({ since, by, because }) => ({ at: iso(since), by, because })),
  };
}

function releaseOf({ release, trigger, approval, decisions }: Provenance): WhyAnswer['release'] {
  if (release === null) return null;
  const { id, outcome, because, overrideGates, shuffleLabels } = release;
  return {
    id,
    outcome,
    because,
    startedAt: iso(release.startedAt),
    endedAt: isoOrNull(release.endedAt),
    overrideGates,
    shuffleLabels,
    trigger: trigger === null ? null : { kind: trigger.kind, by: trigger.by, because: trigger.because, at: iso(trigger.at) },
    approval: approval.map(said),
    decisions: decisions.map(said),
  };
}

const said = ({ at, stage, action, because }: Word): Decided => ({ at: iso(at), stage, action, because });
const iso = (time: Date | number) => new Date(time).toISOString();
const isoOrNull = (time: Date | null) => (time === null ? null : iso(time));
/** The default answer has no score. */
const known = (score: number) => (Number.isNaN(score) ? null : score);
