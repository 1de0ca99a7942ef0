import { CancellationScope } from '@temporalio/workflow';
import type { DrillInput, DrillResult, ReleaseOutcome, ReleasePlan, RolloutResult } from '../src/messages/release.ts';
import { drillSentence } from '../src/rollout/drill.ts';
import { long, quick } from './activities.ts';
import { ReleaseDesk } from './release-desk.ts';
import { closeRelease, endOf } from './release-end.ts';
import { tellOpened } from './tell-monitor.ts';
import { label, Story } from './visibility.ts';

/** What a drill has come to so far. */
type Shown = Pick<DrillResult, 'version' | 'rule' | 'recovery' | 'waysBack'>;

/**
 * A rehearsal in production: a copy of the champion goes the way of a new version, by the model's own policy, and is rolled back where
 * it would be promoted. It runs under the id of a release, so that there is one of both at a time, and it moves no champion.
 */
export async function drill(input: DrillInput): Promise<DrillResult> {
  const plan = await quick.openDrill(input);
  const { release, model, champion } = plan;
  const story = new Story(`${release}, a drill, because: ${input.trigger.because}`, ['rollback', 'pause', 'resume']);
  label({ model, trigger: 'drill' });
  await tellOpened(plan, input.trigger);

  const desk = new ReleaseDesk(story);
  const shown: { -readonly [key in keyof Shown]: Shown[key] } = { version: null, rule: null, recovery: null, waysBack: [] };
  const end = await desk
    .unlessWithdrawn(() => rehearse(plan, desk, story, shown))
    .catch((failure: unknown): Pick<DrillResult, 'ended' | 'because'> => {
      const { outcome, because } = endOf(failure, desk);
      return { ended: outcome === 'failed' ? 'failed' : 'interrupted', because };
    });
  const because = drillSentence(end.because, shown.recovery, shown.waysBack);
  const result = { drill: release, champion, ...shown, ended: end.ended, because };
  return CancellationScope.nonCancellable(async () => {
    await quick.endDrill(result);
    await closeRelease(plan, desk, story, {
      release,
      outcome: outcomes[end.ended],
      version: shown.version,
      because,
      metrics: {},
    });
    return result;
  });
}

/** As releases name their ends. */
const outcomes: Record<DrillResult['ended'], ReleaseOutcome> = {
  as_planned: 'rolled_back',
  false_alarm: 'rolled_back',
  undecided: 'rolled_back',
  interrupted: 'rolled_back',
  no_way_back: 'rejected',
  failed: 'failed',
};

/** Top to bottom. */
async function rehearse(
  { release, model, champion, policy }: ReleasePlan & { readonly champion: number },
  desk: ReleaseDesk,
  story: Story,
  shown: { -readonly [key in keyof Shown]: Shown[key] },
): Promise<Pick<DrillResult, 'ended' | 'because'>> {
  const at = (stage: string) => {
    label({ stage });
    story.now(stage);
  };

  // First, because a copy must take no traffic that nobody could take back.
  at('ways back');
  shown.waysBack = await long.checkWaysBack({ release, model, champion });
  for (const { because } of shown.waysBack) story.tell(because);
  if (shown.waysBack.some(({ version, loads }) => version === champion && !loads))
    return { ended: 'no_way_back', because: `nothing was tried: v${champion} could not take traffic back` };

  const { version } = await quick.registerCopy({ release, model, champion });
  shown.version = version;
  label({ version });
  story.tell(`v${version} is a copy of v${champion}.`);

  at('rollout');
  const { because, rehearsed }: RolloutResult = await desk.rollOut({ model, release, version, champion, policy, drill: true });
  const { ended, rule, back } = rehearsed ?? { ended: 'failed', rule: null, back: null };
  shown.rule = rule;
  if (back !== null) {
    at('recover');
    // Also where somebody withdraws it now: the traffic is back already.
    shown.recovery = await CancellationScope.nonCancellable(() => long.measureRecovery({ release, model, version, ...back }));
  }
  return { ended, because };
}
