import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { listModels } from '../../registry/specs.ts';
import { modelsLabelled, readProvenance } from '../../registry/why.ts';
import type { LoggedPrediction } from '../../serving/logged-prediction.ts';
import { action, type Context } from '../command.ts';
import { exitCodes, print } from '../output.ts';

export function addWhy(program: Command): void {
  program
    .command('why')
    .description('where a prediction came from: row, version, traffic, release, and who or what let it through')
    .argument('<prediction>', 'its id')
    .option('--model <name>', 'the model that was asked (default: all are searched)')
    .action(
      action(async ({ session, json }, id: string, options: { model?: string }) => {
        if (options.model !== undefined) await session.requireModel(options.model);
        const models = options.model === undefined ? await listModels(session.registry) : [options.model];
        const [{ answerAmong, whyAnswer }, { whyText }] = await Promise.all([
          import('../why-answer.ts'),
          import('../why-text.ts'),
        ]);
        const found = await search(session, models, id);
        const all = await Promise.all(
          found.map(async (rows) => whyAnswer(rows, await readProvenance(session.registry, answerAmong(rows).answer))),
        );
        // Callers choose ids, so two models may know the same one.
        print(json, all.length === 1 ? all[0] : all, () => all.map(whyText).join('\n\n'));
        return exitCodes.done;
      }),
    );
}

/** What the logs of the models hold under the id, a list a model. @throws FinalError PAWL_PREDICTION_NOT_FOUND */
async function search(session: Context['session'], models: readonly string[], id: string): Promise<LoggedPrediction[][]> {
  const { findPrediction } = await import('../../serving/find-prediction.ts');
  const found: LoggedPrediction[][] = [];
  for (const model of models) {
    const rows = await findPrediction(session.store, model, id);
    if (rows.length > 0) found.push(rows);
  }
  if (found.length > 0) return found;
  const labelled = await modelsLabelled(session.registry, models, id);
  const label = labelled.length === 0 ? '' : ` A label for it is there, of ${labelled.join(', ')}.`;
  throw new FinalError(
    'PAWL_PREDICTION_NOT_FOUND',
    `The prediction log of ${models.join(', ') || 'no model'} in ${session.store.root} holds no prediction ${id}.${label}`,
  );
}
