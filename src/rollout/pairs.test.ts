import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pairs } from './pairs.ts';

interface Logged {
  id: string;
  at?: number;
  version: number;
  prediction: string;
  role?: 'champion' | 'challenger' | 'shadow';
}

/** Everything that arrives, in the order in which it does. */
function pairsOf(events: readonly (Logged | { id: string; label: string })[]): Pairs {
  const pairs = new Pairs({ task: 'binary-classification', champion: 1, challenger: 2 });
  for (const event of events) {
    if ('label' in event) pairs.addLabel(event.id, event.label);
    else pairs.addPrediction({ role: 'champion', at: 0, ...event, score: Number(event.prediction) });
  }
  return pairs;
}
const arrive = (events: Parameters<typeof pairsOf>[0]) => pairsOf(events).counts();

const both = (id: string, champion: string, challenger: string, at = 0) => [
  { id, at, version: 1, prediction: champion },
  { id, at, version: 2, prediction: challenger, role: 'shadow' as const },
];

describe('pairs of answers', () => {
  it('are requests that both versions scored, whoever answered them', () => {
    const counts = arrive([
      ...both('a', '1', '1'),
      ...both('b', '1', '0'),
      { id: 'c', version: 1, prediction: '1' },
      { id: 'd', version: 7, prediction: '1' },
    ]);
    expect(counts).toMatchObject({ pairs: 2, disagreements: 1, labelled: 0, champion: {}, challenger: {} });
  });

  it('compare both versions on the labels that have arrived', () => {
    const counts = arrive([
      ...both('a', '1', '1'),
      ...both('b', '1', '0'),
      ...both('c', '0', '1'),
      ...both('d', '0', '0'),
      { id: 'a', label: '1' },
      { id: 'b', label: '0' },
      { id: 'c', label: '1' },
      { id: 'elsewhere', label: '1' },
    ]);
    expect(counts.labelled).toBe(3);
    expect(counts.champion['accuracy']).toBeCloseTo(1 / 3, 12);
    expect(counts.challenger['accuracy']).toBe(1);
    // Without a stated positive class it is the greater: '1'. Champion: one hit, one false alarm, one miss.
    expect(counts.champion['f1']).toBeCloseTo(0.5, 12);
    expect(counts.challenger['f1']).toBe(1);
  });

  it('of many classes have no positive one, also while only two of them have been seen', () => {
    const pairs = new Pairs({ task: 'multiclass-classification', champion: 1, challenger: 2 });
    for (const row of [...both('a', 'x', 'y'), ...both('b', 'y', 'y')])
      pairs.addPrediction({ role: 'champion', ...row, score: 0.9 });
    pairs.addLabel('a', 'y');
    pairs.addLabel('b', 'y');
    expect(pairs.counts()).toMatchObject({
      labelled: 2,
      disagreements: 1,
      champion: { accuracy: 0.5 },
      challenger: { accuracy: 1 },
    });
    expect(Object.keys(pairs.counts().champion)).toEqual(['accuracy']);
  });

  it('take regression answers further apart than the champion’s own spread for disagreement', () => {
    const pairs = new Pairs({ task: 'regression', champion: 1, challenger: 2 });
    for (const [i, [champion, challenger]] of [
      [10, 10.5],
      [20, 19],
      [30, 55],
    ].entries()) {
      pairs.addPrediction({
        id: `${i}`,
        at: i,
        version: 1,
        role: 'champion',
        score: champion as number,
        prediction: champion as number,
      });
      pairs.addPrediction({
        id: `${i}`,
        at: i,
        version: 2,
        role: 'shadow',
        score: challenger as number,
        prediction: challenger as number,
      });
      pairs.addLabel(`${i}`, '20');
    }
    const counts = pairs.counts();
    expect(counts.disagreements).toBe(1);
    expect(counts.champion['mae']).toBeCloseTo(20 / 3, 12);
    expect(counts.challenger['rmse']).toBeCloseTo(Math.sqrt((9.5 ** 2 + 1 + 35 ** 2) / 3), 12);
  });

  it('leave out a label that is no count where counts are predicted', () => {
    const of = (counts: boolean) => {
      const pairs = new Pairs({ task: 'regression', champion: 1, challenger: 2, terms: { quantile: null, counts } });
      for (const id of ['a', 'b'])
        for (const row of both(id, '2', '3')) pairs.addPrediction({ role: 'champion', ...row, score: Number(row.prediction) });
      pairs.addLabel('a', '2');
      pairs.addLabel('b', '-2');
      return pairs.counts();
    };
    expect(of(true)).toMatchObject({ pairs: 2, labelled: 1, champion: { mae: 0, poisson_deviance: 0 } });
    expect(of(false)).toMatchObject({ pairs: 2, labelled: 2, champion: { mae: 2 } });
  });

  it('are the same in whatever order, and however often, rows and labels arrive', () => {
    const answer = fc.constantFrom('0', '1');
    const story = fc
      .array(fc.tuple(answer, answer, fc.option(answer)), { minLength: 1, maxLength: 30 })
      .map((requests) =>
        requests.flatMap(([a, b, label], i) => [...both(`${i}`, a, b, i), ...(label === null ? [] : [{ id: `${i}`, label }])]),
      );
    fc.assert(
      fc.property(
        story.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
        ),
        ([inOrder, shuffled]) => {
          const [expected, counts] = [arrive(inOrder), arrive(shuffled)];
          expect({ ...counts, standardError: {} }).toEqual({ ...expected, standardError: {} });
          for (const [metric, error] of Object.entries(expected.standardError))
            expect(counts.standardError[metric]).toBeCloseTo(error, 9);
        },
      ),
    );
  });
});

describe('pairs that follow each other in time', () => {
  /** Labels are all `1`: who says so is right. Each has ten hours, one after the other, in which it alone is, or every other request. */
  const days = (who: (request: number) => boolean) =>
    Array.from({ length: 600 }, (_, i) => [...both(`${(i * 7) % 600}`, '', '', i), { id: `${i}`, label: '1' }])
      .flat()
      .map((event) => {
        if ('label' in event || event.prediction === undefined) return event;
        const championRight = who(event.at);
        return { ...event, prediction: (event.version === 1) === championRight ? '1' : '0' };
      });

  it('are worth fewer where they are alike, by when they were asked and not by when they came', () => {
    const runs = days((request) => Math.floor(request / 30) % 2 === 0);
    const counts = arrive(runs);
    expect(counts.labelled).toBe(600);
    expect(counts.alike?.['accuracy']).toBeGreaterThan(10);
    expect(counts.alike?.['score_shift']).toBeGreaterThan(10);
    expect(counts.alike?.['disagreement']).toBe(1);
    expect(arrive(runs.toReversed()).alike).toEqual(counts.alike);
    expect(arrive(days((request) => request % 2 === 0)).alike?.['accuracy']).toBe(1);
  });
});

describe('right and wrong answers', () => {
  const story = [
    ...both('a', '1', '1'),
    ...both('b', '1', '0'),
    { id: 'c', version: 1, prediction: '0' },
    { id: 'd', version: 2, prediction: '0', role: 'challenger' as const },
    ...['a', 'b', 'c', 'd'].map((id) => ({ id, label: '0' })),
    ...both('e', '1', '1'),
  ];

  it('are those whose label has arrived, scored by both or by one', () => {
    expect(pairsOf(story).rewards('all')).toEqual({
      champion: { right: 1, wrong: 2 },
      challenger: { right: 2, wrong: 1 },
    });
  });

  it('are those that both scored, where the champion answers other callers beside', () => {
    expect(pairsOf(story).rewards('pairs')).toEqual({
      champion: { right: 0, wrong: 2 },
      challenger: { right: 1, wrong: 1 },
    });
  });

  it('leave out who asked for a version, whichever of the rows comes first', () => {
    const chosen: Logged = { id: 'f', version: 2, prediction: '0', role: 'shadow' };
    expect(pairsOf([...story, chosen, { id: 'f', label: '0' }]).rewards('all')).toEqual(pairsOf(story).rewards('all'));
    expect(pairsOf(story.toReversed()).rewards('all')).toEqual(pairsOf(story).rewards('all'));
  });
});
