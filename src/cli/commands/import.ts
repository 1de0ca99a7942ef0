import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { digestOf } from '../../data/content-address.ts';
import { FinalError } from '../../errors.ts';
import { releaseOptions } from '../../messages/release.ts';
import { modelUriForm, parseModelUri } from '../../mlflow/model-uri.ts';
import { weightFiles, withWeights } from '../../onnx/external-weights.ts';
import { type HandedIn, recordImport } from '../../registry/imports.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { parseGolden } from '../../training/import/golden-file.ts';
import { askForRelease } from '../ask-release.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { whoAsks } from '../session.ts';

interface Options {
  readonly onnx?: string;
  readonly from?: string;
  readonly golden?: string;
  readonly reason: string;
  readonly wait?: boolean;
  readonly by?: string;
  readonly asOf?: string;
  readonly overrideGates?: boolean;
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('release a model that was made elsewhere, through the same gates')
    .argument('<model>')
    .option('--onnx <file>', 'an ONNX file')
    .option('--from <uri>', `a version of the MLflow registry at PAWL_MLFLOW_URL: ${modelUriForm}`)
    .option('--golden <file>', 'JSON with rows and the scores that its makers got for them; it has to come within 1e-5 of them')
    .option('--reason <text>', 'why; recorded', 'asked by hand')
    .option('--wait', 'wait for its end and exit 0 when promoted, 3 when rejected or rolled back')
    .option('--as-of <time>', 'event time as of which rules about data hold (ISO 8601, UTC without a zone)', time)
    .option('--override-gates', 'let the version through although a gate refuses it; recorded for ever')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async (context, model: string, options: Options) => {
        const { onnx, from } = options;
        if ((onnx === undefined) === (from === undefined)) command.error('It takes either --onnx FILE or --from models:/...');
        if (from !== undefined && parseModelUri(from) === null) command.error(`${from} is no ${modelUriForm}.`);
        const { session } = context;
        await session.requireModel(model);
        const golden = options.golden === undefined ? {} : { golden: await handInGolden(session.store, options.golden) };
        const source = { ...(onnx === undefined ? { mlflow: from ?? '' } : await handIn(session.store, onnx)), ...golden };
        const requestId = randomUUID();
        const by = whoAsks(options.by);
        await recordImport(session.registry, { triggerId: requestId, model, source, by });
        // `from` is of the import here, and not the step that a release begins with.
        const { asOf, overrideGates } = options;
        const asked = releaseOptions({
          ...(asOf === undefined ? {} : { asOf }),
          ...(overrideGates === undefined ? {} : { overrideGates }),
        });
        return askForRelease(context, model, { requestId, by, reason: options.reason, ...asked }, options.wait ?? false);
      }),
    );
}

/** Puts a file, with weights that lie beside it, where training workers find it. */
async function handIn(store: ObjectStore, path: string): Promise<HandedIn> {
  const onnx = await read(path);
  const weights = new Map<string, Uint8Array>();
  for (const name of weightFiles(onnx)) weights.set(name, await read(join(dirname(path), name)));
  const whole = withWeights(onnx, weights);
  const object = await store.put(`imports/${digestOf(whole).slice('sha256:'.length)}.onnx`, whole);
  return { object, file: basename(path) };
}

/** Puts golden rows there as well, once they are seen to be such. */
async function handInGolden(store: ObjectStore, path: string): Promise<HandedIn> {
  const bytes = await read(path);
  parseGolden(basename(path), bytes);
  const object = await store.put(`imports/${digestOf(bytes).slice('sha256:'.length)}.golden.json`, bytes);
  return { object, file: basename(path) };
}

async function read(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
}
