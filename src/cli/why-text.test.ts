import { describe, expect, it } from 'vitest';
import type { Provenance } from '../registry/why.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { answerAmong, whyAnswer } from './why-answer.ts';
import { whyText } from './why-text.ts';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const logged = (changes: Partial<LoggedPrediction> = {}): LoggedPrediction => ({
  id: 'order-17',
  model: 'electricity',
  version: 3,
  revision: 12,
  role: 'challenger',
  key: 'customer-4',
  at: at('12:00:00').getTime(),
  score: 0.83,
  prediction: '1',
  row: { period: 0.5, region: null },
  ...changes,
});
const shadow = logged({ version: 2, role: 'shadow', score: 0.41, prediction: '0' });

const provenance: Provenance = {
  label: { label: '1', observedAt: null, receivedAt: at('13:00:00') },
  traffic: {
    revision: 12,
    champion: 2,
    challenger: 3,
    share: 0.8,
    shadowShare: 1,
    salt: 'salt',
    segments: ['beta'],
    because: 'shadow is over',
    writtenAt: at('11:50:00'),
    until: at('12:10:00'),
    writer: 'rollout',
    isStep: true,
    ended: { stage: 'ramp 1', action: 'advance', because: '2,000 pairs agree', at: at('12:10:00') },
  },
  version: {
    version: 3,
    release: 'electricity/3',
    uri: 'file:///v3.onnx',
    digest: 'sha256:3',
    datasetDigest: 'sha256:d',
    trainer: 'gbt',
    params: {},
    seed: 1,
    metrics: { accuracy: 0.79 },
    gates: [],
    importances: {},
    holdoutFrom: null,
    overridden: true,
    reference: null,
    incumbent: null,
    copyOf: null,
    code: null,
    createdAt: at('10:00:00'),
  },
  release: {
    id: 'electricity/3',
    model: 'electricity',
    number: 3,
    runId: 'run',
    specDigest: 'spec',
    triggerId: 'trigger',
    drill: false,
    overrideGates: true,
    shuffleLabels: false,
    asOf: null,
    fromStep: null,
    fresh: false,
    stage: 'promoted',
    datasetDigest: 'sha256:d',
    version: 3,
    outcome: 'promoted',
    because: 'the bake is over',
    metrics: null,
    startedAt: at('09:00:00'),
    endedAt: at('14:00:00'),
  },
  trigger: {
    id: 'trigger',
    model: 'electricity',
    kind: 'person',
    because: 'try the new feature',
    by: 'ada',
    release: 'electricity/3',
    evidence: {},
    at: at('09:00:00'),
  },
  gates: [
    {
      gate: 'auc at_least 0.9',
      metric: 'auc',
      passed: false,
      value: 0.8,
      bound: 0.9,
      because: 'auc is 0.8, at least 0.9 is asked',
    },
  ],
  approval: [{ stage: 'approval', action: 'approve', because: 'bob approved v3: looks right', at: at('10:30:00') }],
  decisions: [{ stage: 'shadow', action: 'advance', because: 'shadow is over', at: at('11:50:00') }],
  championSince: [{ by: 'pawl', because: 'the bake is over', since: at('14:00:00') }],
};

const signature = { format: 1, task: 'binary-classification', features: [], classes: ['0', '1'], threshold: 0.5 } as const;

describe('the answer to why', () => {
  it('tells everything from the row to who let the version through', () => {
    expect(whyText(whyAnswer([shadow, logged()], provenance))).toBe(
      `order-17: v3 of electricity answered as challenger: 1 (score 0.83), to the caller customer-4 at 2026-03-01 12:00:00 UTC.
  row       period 0.5, region missing
  beside it v2 said 0 (score 0.41), as a shadow
  label     1, as predicted, received 2026-03-01 13:00:00 UTC
  traffic   revision 12, from 2026-03-01 11:50:00 UTC, in force until 2026-03-01 12:10:00 UTC: champion v2, challenger v3 with 80 % of the callers in beta, the other side asked beside for 100 % of the requests
            because: shadow is over
            the caller's key falls at 76.9 %, on the challenger's side
            step of the rollout: ramp 1; 2026-03-01 12:10:00 UTC advance: 2,000 pairs agree
  version   v3, gbt, registered 2026-03-01 10:00:00 UTC: accuracy 0.79
  release   electricity/3, ended promoted: the bake is over
            asked for by ada (person): try the new feature
  gates
            refused auc is 0.8, at least 0.9 is asked
            ada let it through although a gate refused it
  approval  bob approved v3: looks right
  decision  2026-03-01 11:50:00 UTC shadow: advance: shadow is over
  champion  since 2026-03-01 14:00:00 UTC, by pawl: the bake is over`,
    );
  });

  it('says so where somebody else answered than the split gives', () => {
    const other = whyAnswer([logged({ version: 2, role: 'champion' })], provenance);
    expect(other.traffic).toMatchObject({ assigned: 3, place: expect.closeTo(0.769, 3) as number });
    expect(whyText(other)).toContain('            the split gives v3: it was not ready, failed or was late, or');
    const keyless = whyAnswer([logged({ key: null })], provenance);
    expect(keyless.traffic).toMatchObject({ assigned: null, place: null });
    for (const why of [keyless, whyAnswer([logged()], provenance)]) expect(whyText(why)).not.toContain('the split gives');
  });

  it('tells the default answer as such: no version gave it', () => {
    const none = { ...provenance, version: null, release: null, trigger: null, label: null, gates: [], championSince: [] };
    const why = whyAnswer([logged({ version: 0, role: 'default', score: NaN, key: null, prediction: '0' })], none);
    expect(why.answer).toMatchObject({ role: 'default', version: null, score: null });
    expect([why.version, why.release]).toEqual([null, null]);
    expect(whyText(why)).toMatch(
      /^order-17: No version could answer, so the default answer of electricity was given: 0, to a caller without key/,
    );
    expect(whyText(why)).toContain('  label     none yet');
  });

  it('names the answer that the caller got, not that of a version asked beside, and the newest of several', () => {
    expect(answerAmong([shadow, logged()])).toMatchObject({ answer: { version: 3 }, answers: 1, shadows: [{ version: 2 }] });
    const again = logged({ version: 4, role: 'champion', at: at('15:00:00').getTime() });
    expect(answerAmong([shadow, logged(), again])).toMatchObject({ answer: { version: 4 }, answers: 2, shadows: [] });
    const alone = whyAnswer([shadow], provenance);
    expect(alone).toMatchObject({ answer: { role: 'shadow', version: 2 }, answers: 0, shadows: [] });
    expect(whyText(alone)).toContain('The answer that the caller got is not in the log; v2, asked beside, said: 0');
  });

  it('names the endpoint that a team had before, which no release made', () => {
    const incumbent = {
      url: 'http://there/predict',
      format: 'v2',
      model: 'm',
      timeoutMs: 1000,
      signature,
      features: [],
    } as const;
    const version = provenance.version && { ...provenance.version, trainer: 'incumbent', release: null, incumbent, metrics: {} };
    const why = whyAnswer([logged()], {
      ...provenance,
      version,
      release: null,
      trigger: null,
      gates: [],
      approval: [],
      decisions: [],
    });
    expect(why).toMatchObject({ version: { endpoint: 'http://there/predict' }, release: null });
    expect(whyText(why)).toContain('  version   v3, the endpoint http://there/predict, registered 2026-03-01 10:00:00 UTC');
    expect(whyText(why)).toContain('made by no release');
  });

  it('holds nothing that JSON cannot carry', () => {
    const why = whyAnswer([shadow, logged()], provenance);
    expect(JSON.parse(JSON.stringify(why))).toEqual(why);
  });
});
