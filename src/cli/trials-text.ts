import type { DecisionRecord } from '../registry/decisions.ts';
import type { TrialRecord } from '../registry/trials.ts';
import type { DrawnParams } from '../search/space.ts';
import { paramsText } from '../search/wording.ts';
import { figure, lasting, percent } from '../stats/wording.ts';
import { table } from './output.ts';

interface Chosen {
  readonly trial: number;
  readonly rung: number;
  readonly score: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The stable shape of `pawl trials MODEL --json`. Times are ISO 8601. */
export interface SearchReport {
  readonly release: string;
  /** What the trials were compared by; null before the search has ended. */
  readonly metric: string | null;
  readonly chosen: Chosen | null;
  /** How it came out, in a sentence; null before it has. */
  readonly because: string | null;
  readonly trials: readonly {
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
  }[];
}

/** @param choice the decision that ended the search; null before */
export function searchReport(release: string, records: readonly TrialRecord[], choice: DecisionRecord | null): SearchReport {
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

/** A line for each trial, as far as it came. */
export function trialsText({ release, because, chosen, metric, trials }: SearchReport): string {
  const rows = trials.map(({ trial, params, looks }) => {
    const last = looks.at(-1);
    const seconds = looks.reduce((sum, look) => sum + (look.seconds ?? 0), 0);
    const scores = looks.flatMap(({ score, resource, share }) =>
      score === null ? [] : [`${figure(score)} at ${resource ?? percent(share, 0)}`],
    );
    const state = last === undefined || last.state === 'done' ? '' : last.state;
    return [
      `${trial}${chosen?.trial === trial ? ' *' : ''}`,
      scores.join(', ') || (last?.because ?? ''),
      state,
      seconds === 0 ? '' : lasting(seconds * 1000),
      paramsText(params),
    ];
  });
  return [
    because === null ? `${release} is searching its parameters.` : `${release}: ${because}.`,
    '',
    table(['trial', metric ?? 'score', '', 'took', 'parameters'], rows),
  ].join('\n');
}
