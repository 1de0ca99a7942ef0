import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy } from '@temporalio/workflow';
import type { DatasetRef } from '../src/data/dataset.ts';
import { workflowId } from '../src/messages/names.ts';
import type { ReleaseInput, ReleasePlan } from '../src/messages/release.ts';
import type { SearchResult } from '../src/messages/search.ts';
import type { SearchPolicy } from '../src/search/state.ts';
import { listed } from '../src/stats/wording.ts';
import { quick } from './activities.ts';
import type { search } from './search.ts';
import { summary } from './summary.ts';

/** The parameters for a release, found by a search of its own: a child, cancelled with the release. */
export async function searched(
  plan: ReleasePlan,
  policy: SearchPolicy,
  dataset: DatasetRef,
  { shuffleLabels = false }: ReleaseInput,
  at: (stage: string) => void,
): Promise<SearchResult> {
  const { release, model, trainer } = plan;
  at('search');
  await quick.noteStage({ release, stage: 'search' });
  const about = `${release}: ${listed(Object.keys(policy.space))} of ${trainer}, by ${policy.metric}`;
  return executeChild<typeof search>('search', {
    workflowId: workflowId.search(release),
    args: [{ release, model, trainer, dataset, shuffleLabels, policy }],
    staticSummary: summary(about),
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
}
