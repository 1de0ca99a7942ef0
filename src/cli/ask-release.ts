import type { ReleaseOptions, ReleaseResult } from '../messages/release.ts';
import type { Context } from './command.ts';
import { followRelease } from './follow-release.ts';
import { exitCodes, metricsText, print } from './output.ts';

/** What a release is asked for with. */
interface ReleaseRequest extends ReleaseOptions {
  readonly requestId: string;
  readonly by: string;
  readonly reason: string;
}

/** Asks the model's monitor for a release, and follows it to its end where somebody waits. Returns the exit code. */
export async function askForRelease(
  { session, json }: Context,
  model: string,
  request: ReleaseRequest,
  wait: boolean,
): Promise<number> {
  const { ask, hasTrigger } = await import('./monitor-client.ts');
  const client = await session.client();
  const answer = await ask(client, model, 'retrain', request);
  if (!wait) {
    print(json, { release: answer.release ?? null, because: answer.because }, () => answer.because);
    return exitCodes.done;
  }
  const result = await followRelease({
    registry: session.registry,
    model,
    triggerId: request.requestId,
    isKept: () => hasTrigger(client, model, request.requestId),
    tell: (line) => {
      if (!json) process.stderr.write(`${line}\n`);
    },
  });
  print(json, result, () => resultText(result));
  if (result.outcome === 'promoted') return exitCodes.done;
  return result.outcome === 'failed' ? exitCodes.failed : exitCodes.refused;
}

function resultText({ release, outcome, version, because, metrics }: ReleaseResult): string {
  const head = `${release} ${outcome.replace('_', ' ')}${version === null ? '' : ` (v${version})`}: ${because}`;
  return Object.keys(metrics).length === 0 ? head : `${head}\n${metricsText(metrics)}`;
}
