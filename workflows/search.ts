import { ApplicationFailure, CancellationScope, condition, isCancellation, TemporalFailure } from '@temporalio/workflow';
import { FinalError, formatError } from '../src/errors.ts';
import type { FailureType } from '../src/messages/failures.ts';
import type { SearchInput, SearchResult } from '../src/messages/search.ts';
import { decideSearch, type SearchDecision } from '../src/search/decide-search.ts';
import { bestOf } from '../src/search/ranking.ts';
import { begun, ended, type Look, type SearchState, shareAt } from '../src/search/state.ts';
import { bestText, paramsText, searchSentence } from '../src/search/wording.ts';
import { counted, percent } from '../src/stats/wording.ts';
import { quick, trials } from './activities.ts';
import { summary } from './summary.ts';
import { label, Story } from './visibility.ts';

/** Failures told one by one; there may be hundreds. */
const mostTold = 5;
/** Letters that are told of one: a trainer may have printed a page. */
const mostSaid = 400;

/**
 * Looks for the parameters of a release before it is trained: trials, spread over the training workers, each trained a little, and
 * further where it is among the best. What is next is decided by `src/search`.
 */
export async function search(input: SearchInput): Promise<SearchResult> {
  label({ model: input.model, stage: 'search' });
  const course = new Search(input);
  try {
    return await course.run();
  } finally {
    await CancellationScope.nonCancellable(() => course.close());
  }
}

class Search {
  readonly #input: SearchInput;
  readonly #story: Story;
  readonly #began = Date.now();
  /** Ends what is in training when the time is over. */
  readonly #training = new CancellationScope();
  readonly #all: Promise<void>[] = [];
  #state: SearchState = [];
  #endings = 0;
  #failures = 0;
  #firstFailure = '';
  #best = '';
  #fault: Error | null = null;

  constructor(input: SearchInput) {
    this.#input = input;
    this.#story = new Story(`${input.release}: the parameters of ${input.trainer}, by ${input.policy.metric}`, []);
  }

  async run(): Promise<SearchResult> {
    for (;;) {
      if (this.#fault !== null) throw this.#fault;
      const decision = decideSearch(this.#state, this.#input.policy, Date.now() - this.#began);
      if (decision.action === 'end') return this.#conclude(decision.because);
      if (decision.action === 'train') this.#begin(decision);
      else await this.#oneEnds();
    }
  }

  /** Waits for a trial; when the time is over and something is found, what is in training is stopped. */
  async #oneEnds(): Promise<void> {
    const { policy } = this.#input;
    const seen = this.#endings;
    const hasEnded = () => this.#endings > seen || this.#fault !== null;
    if (policy.forMs === null || bestOf(this.#state, policy) === null) return condition(hasEnded);
    const left = this.#began + policy.forMs - Date.now();
    if (left > 0 && (await condition(hasEnded, left))) return;
    this.#training.cancel();
    await condition(() => this.#state.every(({ running }) => !running) || this.#fault !== null);
  }

  #begin(next: Extract<SearchDecision, { action: 'train' }>): void {
    this.#state = begun(this.#state, next.trial, next.drawn);
    this.#now();
    const trained = this.#train(next).catch((failure: unknown) => {
      // Whoever cancels the search hears of it where it waits.
      if (!isCancellation(failure)) this.#fault = failure instanceof Error ? failure : new Error(String(failure));
    });
    this.#all.push(trained);
  }

  async #train({ trial, rung, drawn, because }: Extract<SearchDecision, { action: 'train' }>): Promise<void> {
    const { release, model, dataset, shuffleLabels, policy } = this.#input;
    const share = shareAt(rung, policy);
    const about = summary(`trial ${trial} at ${percent(share, 0)}: ${paramsText(drawn)}; ${because}`);
    const given = { release, model, dataset, shuffleLabels, trial, rung, share, drawn, metric: policy.metric };
    let look: Look | null = null;
    try {
      look = await this.#training.run(() => trials().trial.executeWithOptions({ summary: about }, [given]));
    } catch (failure) {
      if (!isCancellation(failure)) look = await this.#failed(trial, rung, failure);
    }
    this.#state = ended(this.#state, trial, look);
    this.#endings++;
    this.#now();
    await this.#tellBest();
  }

  async #failed(trial: number, rung: number, failure: unknown): Promise<Look> {
    const { release } = this.#input;
    const because = messageOf(failure);
    this.#firstFailure ||= `trial ${trial}: ${because}`;
    const told = this.#failures++ < mostTold;
    const decision = told ? this.#record(`failed/${trial}`, 'fail', `trial ${trial} failed: ${because}`, { trial, rung }) : null;
    if (told) this.#story.tell(`Trial ${trial} failed: ${because}`);
    await quick.failTrial({ release, trial, rung, because, decision });
    return { score: null, ms: 0, params: {}, resource: null };
  }

  /** A line for each trial that is better than all before it. */
  async #tellBest(): Promise<void> {
    const { policy } = this.#input;
    const text = bestText(this.#state, policy);
    const best = bestOf(this.#state, policy);
    if (best === null || text === null || text === this.#best) return;
    this.#best = text;
    const made = this.#state.reduce((sum, { looks }) => sum + looks.length, 0);
    const because = `${text}, after ${best.resource ?? 'all'}: the best of ${counted(made, 'look')} at ${counted(this.#state.length, 'trial')}`;
    this.#story.tell(because);
    await quick.recordDecision(this.#record(`best/${made}`, 'best', because, best));
  }

  async #conclude(because: string): Promise<SearchResult> {
    const { policy, release } = this.#input;
    await Promise.all(this.#all);
    const best = bestOf(this.#state, policy);
    const sentence = searchSentence(this.#state, policy, because);
    if (best === null) {
      const error = new FinalError(
        'PAWL_SEARCH_FAILED',
        `The search of ${release} found nothing: ${sentence}; ${this.#firstFailure}`,
      );
      const type: FailureType = 'TrainingFailed';
      throw ApplicationFailure.create({ type, message: formatError(error), nonRetryable: true });
    }
    const { trial, rung, score, params } = best;
    const evidence = { trial, rung, score, metric: policy.metric, params, trials: this.#state.length };
    await quick.recordDecision(this.#record('chosen', 'choose', sentence, evidence));
    this.#story.now(sentence);
    return { trial, params, because: sentence };
  }

  /** Nothing is left in training or lying about, however it ended. */
  async close(): Promise<void> {
    this.#training.cancel();
    await Promise.all(this.#all);
    await quick.closeSearch({ release: this.#input.release });
  }

  #record(key: string, action: string, because: string, evidence: unknown) {
    const { release, model } = this.#input;
    const stage = 'search';
    return { key: `${release}/search/${key}`, model, release, workflow: 'release' as const, stage, action, because, evidence };
  }

  #now(): void {
    const { policy } = this.#input;
    const running = this.#state.filter((trial) => trial.running).length;
    const best = bestText(this.#state, policy);
    const begunSoFar = `${this.#state.length} of at most ${counted(policy.trials, 'trial')} begun, ${running} in training`;
    this.#story.now(best === null ? begunSoFar : `${begunSoFar}; the best so far is ${best}`);
  }
}

function messageOf(failure: unknown): string {
  if (failure instanceof TemporalFailure && failure.cause instanceof Error && !(failure instanceof ApplicationFailure))
    return messageOf(failure.cause);
  const text = failure instanceof Error ? failure.message : String(failure);
  // What it says to do is said where the search ends.
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('To do:'));
  return lines
    .map((line) => line.trim())
    .join(' ')
    .slice(0, mostSaid);
}
