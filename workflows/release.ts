import { CancellationScope } from '@temporalio/workflow';
import type { Candidate } from '../activities/train.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import type { ReleaseInput, ReleasePlan, ReleaseResult } from '../src/messages/release.ts';
import type { StepNote } from '../src/steps/step.ts';
import { long, quick, training } from './activities.ts';
import { awaitApproval } from './approval.ts';
import { ReleaseDesk } from './release-desk.ts';
import { closeRelease, endOf } from './release-end.ts';
import { recordResumption } from './resumption.ts';
import { searched } from './searched.ts';
import { because } from './step-note.ts';
import { tellOpened } from './tell-monitor.ts';
import { label, Story } from './visibility.ts';

/**
 * One pass: ingest, validate, train, evaluate, register, approval if asked, roll out. Its fixed id is the lock that keeps
 * releases of a model one at a time. It always ends with a row that says how and why.
 */
export async function release(input: ReleaseInput): Promise<ReleaseResult> {
  const plan = await quick.openRelease(input);
  const story = new Story(`${plan.release}, because: ${input.trigger.because}`, [
    'rollback',
    'approve',
    'reject',
    'promote',
    'pause',
    'resume',
  ]);
  label({ model: plan.model, trigger: input.trigger.kind });
  await tellOpened(plan, input.trigger);

  const desk = new ReleaseDesk(story);
  const progress: Progress = { version: null, metrics: {} };
  const result = await desk
    .unlessWithdrawn(() => pass(input, plan, desk, story, progress))
    .catch((failure: unknown) => endOf(failure, desk));
  return CancellationScope.nonCancellable(() =>
    closeRelease(plan, desk, story, { release: plan.release, ...progress, ...result }),
  );
}

/** What a release has come to so far, for its closing row. */
interface Progress {
  version: number | null;
  metrics: Readonly<Record<string, number>>;
}

/** The mission, top to bottom. */
async function pass(
  input: ReleaseInput,
  plan: ReleasePlan,
  desk: ReleaseDesk,
  story: Story,
  progress: Progress,
): Promise<Pick<ReleaseResult, 'outcome' | 'because'>> {
  const { release: id, model } = plan;
  const at = (stage: string) => {
    label({ stage });
    story.now(stage);
  };

  at('ingest');
  const { step: ingested, ...snapshot } = await long.ingest({ release: id, model });
  story.tell(`Ingested ${snapshot.rows} rows${snapshot.newest === null ? '' : ` up to ${snapshot.newest}`}${because(ingested)}.`);

  at('validate');
  const { step: validated, ...dataset } = await long.validate({ release: id, model, snapshot });
  story.tell(`${dataset.rows} rows meet the contract, ${dataset.quarantined} were set aside${because(validated)}.`);

  const found = plan.search === undefined ? null : await searched(plan, plan.search, dataset, input, at);
  if (found !== null) story.tell(`Searched: ${found.because}.`);

  at('train');
  const { step: trained, ...candidate }: Candidate & { step?: StepNote } = await training().train.executeWithOptions(
    { summary: `${plan.trainer} on ${dataset.rows} rows` },
    [
      {
        release: id,
        model,
        dataset,
        shuffleLabels: input.shuffleLabels ?? false,
        ...(found === null ? {} : { params: found.params }),
      },
    ],
  );
  if (candidate.resumedFrom > 0) await recordResumption(plan, candidate);
  story.tell(
    candidate.trainer === 'import'
      ? 'Nothing was trained.'
      : `Trained ${candidate.trainer} on ${candidate.trainedRows} rows${candidate.resumedFrom > 0 ? `, going on from ${candidate.resumedFrom} of a lost worker` : ''}${because(trained)}.`,
  );
  for (const note of candidate.notes ?? []) story.tell(note);

  at('evaluate');
  const { step: evaluated, ...evaluation }: Evaluation & { step?: StepNote } = await long.evaluate({
    release: id,
    model,
    dataset,
    candidate,
  });
  progress.metrics = evaluation.metrics;
  story.tell(`${evaluation.passed ? 'Gates passed' : 'Gates refused it'}: ${evaluation.because}${because(evaluated)}.`);
  if (!evaluation.passed && !input.overrideGates) return { outcome: 'rejected', because: evaluation.because };

  at('register');
  const { version } = await long.register({ release: id, model, dataset, candidate, evaluation });
  progress.version = version;
  label({ version });
  story.tell(
    `Registered as v${version}${evaluation.passed ? '' : `, although a gate refuses it: ${input.trigger.by} overrode it (${input.trigger.because})`}.`,
  );

  if (plan.approval === 'required') {
    at('approval');
    await quick.noteStage({ release: id, stage: 'approval' });
    const refusal = await awaitApproval(plan, version, input.trigger.by, desk);
    if (refusal !== null) return { outcome: 'rejected', because: refusal };
  }

  at('rollout');
  return desk.rollOut({ model, release: id, version, champion: plan.champion, policy: plan.policy });
}
