import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { FinalError, TransientError } from '../../errors.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('ask the gateway: a row as JSON, as argument or on stdin')
    .argument('<model>')
    .argument('[row]', 'for example \'{"period": 0.5}\'')
    .option('--key <key>', 'the caller, which decides its side of a rollout')
    .option('--gateway <url>', 'default: the one of the settings')
    .action(
      action(async ({ session, json }, model: string, row: string | undefined, options: { key?: string; gateway?: string }) => {
        const url = options.gateway ?? `http://${session.settings.PAWL_GATEWAY_HOST}:${session.settings.PAWL_GATEWAY_PORT}`;
        const parsed = parseRow(row ?? (await text(process.stdin)));
        const body = JSON.stringify({
          ...(Array.isArray(parsed) ? { rows: parsed } : { row: parsed }),
          ...(options.key === undefined ? {} : { key: options.key }),
        });
        const response = await fetch(`${url}/v1/models/${model}/predict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }).catch((cause: unknown) => {
          throw new TransientError('PAWL_GATEWAY_UNAVAILABLE', `Nothing answers as a gateway at ${url}.`, { cause });
        });
        const answer: unknown = await response.json();
        print(json || !response.ok, answer, () => JSON.stringify(answer));
        return response.ok ? exitCodes.done : exitCodes.failed;
      }),
    );
}

function parseRow(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new FinalError('PAWL_ROW_INVALID', `The row is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}
