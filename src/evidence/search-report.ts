import type { RecordedSearch, TrialRecord } from '../registry/trials.ts';
import type { DrawnParams } from '../search/space.ts';
import { paramsText } from '../search/wording.ts';
import { figure, percent } from '../stats/wording.ts';

interface Chosen {
  readonly trial: number;
  readonly rung: number;
  readonly score: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A trial, as far as it came. */
export interface TrialReport {
  readonly trial: number;
  /** The values drawn; none where they are those of pawl.yaml. */
  readonly params: DrawnParams;
  readonly looks: readonly {
    readonly rung: number;
    readonly share: number;
    readonly resource: string | null;
    readonly state: TrialRecord['state'];
    readonly score: number | null;
    readonly seconds: number | null;
    readonly because: string | null;
    readonly beganAt: string;
    readonly endedAt: string | null;
  }[];
}

/** The stable shape of `pawl trials MODEL --json`. Times are ISO 8601. */
export interface SearchReport {
  readonly release: string;
  /** What the trials were compared by; null before the search has ended. */
  readonly metric: string | null;
  readonly chosen: Chosen | null;
  /** How it came out, in a sentence; null before it has. */
  readonly because: string | null;
  readonly trials: readonly TrialReport[];
}

/** A search as it is told: by trial, with each look at it. */
export function searchReport({ release, trials: records, choice }: RecordedSearch): SearchReport {
  const evidence = (choice?.evidence ?? null) as (Chosen & { readonly metric: string }) | null;
  const numbers = [...new Set(records.map(({ trial }) => trial))];
  return {
    release,
    metric: evidence?.metric ?? null,
    chosen:
      evidence === null ? null : { trial: evidence.trial, rung: evidence.rung, score: evidence.score, params: evidence.params },
    because: choice?.because ?? null,
    trials: numbers.map((trial) => {
      const looks = records.filter((record) => record.trial === trial);
      return { trial, params: looks[0]?.params ?? {}, looks: looks.map(lookOf) };
    }),
  };
}

function lookOf({ rung, share, resource, state, score, seconds, because, beganAt, endedAt }: TrialRecord) {
  const times = { beganAt: beganAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
  return { rung, share, resource, state, score, seconds, because, ...times };
}

/** A trial in words. */
export interface TrialWords {
  /** `learning_rate 0.08, leaves 63` */
  readonly params: string;
  /** `0.8123 at 67 trees, 0.85 at 200 trees`; why it failed, where it came to no score. */
  readonly scores: string;
  /** `running`, `failed` or `stopped`; empty where its last look is done. */
  readonly state: string;
  /** The release that did the work of its last look, where it was taken: `taken from m/2`. */
  readonly taken: string;
  /** Of all its looks; 0 where that is not known. */
  readonly seconds: number;
}

export function trialWords({ params, looks }: TrialReport): TrialWords {
  const last = looks.at(-1);
  const scores = looks.flatMap(({ score, resource, share }) =>
    score === null ? [] : [`${figure(score)} at ${resource ?? percent(share, 0)}`],
  );
  return {
    params: paramsText(params),
    scores: scores.join(', ') || (last?.because ?? ''),
    state: last === undefined || last.state === 'done' ? '' : last.state,
    taken: last?.state === 'done' ? (last.because ?? '') : '',
    seconds: looks.reduce((sum, look) => sum + (look.seconds ?? 0), 0),
  };
}
