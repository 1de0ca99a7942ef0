import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { ErrorCode, Problem } from '../../errors.ts';
import { catalogue } from '../../error-catalogue.ts';
import { FinalError, TransientError } from '../../errors.ts';
import { action } from '../command.ts';
import { httpUrl } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

interface Answer {
  readonly predictions: readonly {
    readonly id: string;
    readonly prediction: string | number;
    /** Null, as the version, with the default answer. */
    readonly score: number | null;
    readonly version: number | null;
    readonly probabilities?: Readonly<Record<string, number>>;
  }[];
}

interface Refusal {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly problems?: readonly Problem[] };
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('ask the gateway: a row, or a list of rows, as JSON, as argument or on stdin')
    .argument('<model>')
    .argument('[row]', 'for example \'{"period": 0.5}\'')
    .option('--key <key>', 'the caller, which decides its side of a rollout')
    .option('--gateway <url>', 'default: the one of the settings', httpUrl)
    .action(
      action(async ({ session, json }, model: string, row: string | undefined, options: { key?: string; gateway?: string }) => {
        if (row === undefined && process.stdin.isTTY) process.stderr.write('Reading a row as JSON; Ctrl-D ends it.\n');
        const rows = parseRow(row ?? (await text(process.stdin)));
        const answer = await predict(options.gateway ?? session.gateway, model, {
          ...(Array.isArray(rows) ? { rows } : { row: rows }),
          ...(options.key === undefined ? {} : { key: options.key }),
        });
        print(json, answer, () => answer.predictions.map(predictionText).join('\n'));
        return exitCodes.done;
      }),
    );
}

/** @throws the gateway's own error, FinalError; TransientError PAWL_GATEWAY_UNAVAILABLE */
async function predict(url: string, model: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${url}/v1/models/${encodeURIComponent(model)}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new TransientError('PAWL_GATEWAY_UNAVAILABLE', `Nothing answers as a gateway at ${url}.`, { cause });
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as Answer;
  if (!isRefusal(answer))
    throw new TransientError('PAWL_GATEWAY_UNAVAILABLE', `What answers at ${url} is no gateway (status ${response.status}).`);
  throw new FinalError(answer.error.code, answer.error.message, { problems: answer.error.problems ?? [] });
}

function isRefusal(answer: unknown): answer is Refusal {
  const error = (answer as Partial<Refusal> | null)?.error;
  return typeof error?.code === 'string' && error.code in catalogue;
}

function predictionText({ prediction, score, version, id, probabilities }: Answer['predictions'][number]): string {
  const scored = score === null || score === prediction ? '' : `  score ${Number(score.toFixed(4))}`;
  const by = version === null ? 'default' : `v${version}`;
  return `${prediction}${scored}${othersText(String(prediction), probabilities)}  ${by}  ${id}`;
}

/** The next most probable classes, where there are three or more. */
function othersText(prediction: string, probabilities: Readonly<Record<string, number>> | undefined): string {
  const others = Object.entries(probabilities ?? {})
    .filter(([name]) => name !== prediction)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, othersShown);
  return others.length === 0 ? '' : ` (${others.map(([name, p]) => `${name} ${Number(p.toFixed(4))}`).join(', ')})`;
}

const othersShown = 2;

function parseRow(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    const message = source.trim() === '' ? 'No row was given.' : `The row is not JSON: ${(cause as Error).message}.`;
    throw new FinalError('PAWL_ROW_INVALID', message, { cause });
  }
}
