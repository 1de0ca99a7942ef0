import { parse } from 'yaml';
import { z } from 'zod';
import { FinalError, TransientError } from '../errors.ts';
import { weightFiles, withWeights } from '../onnx/external-weights.ts';
import { modelUriForm, parseModelUri } from './model-uri.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

/** A registered version as the server describes it. */
export interface RegisteredVersion {
  readonly name: string;
  readonly version: string;
  /** The run that made it; null where there was none. */
  readonly run: string | null;
}

/** What `MLmodel` at the root of a version's files says of it (mlflow.org/docs/latest/model/#model-format). */
const description = z.object({ flavors: z.record(z.string(), z.unknown()) });
const onnxFlavor = z.object({ data: z.string().regex(/^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/) });
const largestDescription = 1_000_000;

const answer = z.object({
  model_version: z.object({
    name: z.string(),
    version: z.string(),
    run_id: z.string().optional(),
    status: z.string().optional(),
  }),
});

/**
 * The version that an alias points to now, or that a number names.
 * @throws FinalError PAWL_IMPORT_NOT_FOUND, MlflowRefusal; TransientError PAWL_MLFLOW_UNAVAILABLE
 */
export async function resolveVersion(server: MlflowServer, uri: string, signal?: AbortSignal): Promise<RegisteredVersion> {
  const asked = parseModelUri(uri);
  if (asked === null) throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${uri} is no ${modelUriForm}.`);
  const [route, query] =
    'alias' in asked
      ? (['registered-models/alias', { name: asked.name, alias: asked.alias }] as const)
      : (['model-versions/get', { name: asked.name, version: asked.version }] as const);
  const found = await server
    .call<unknown>(route, { query, ...(signal === undefined ? {} : { signal }) })
    .catch((error: unknown) => {
      // An alias that is not there is an invalid parameter to MLflow.
      if (error instanceof MlflowRefusal && ['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE'].includes(error.reason))
        throw new FinalError('PAWL_IMPORT_NOT_FOUND', `${uri} is not at ${server.url}: ${error.message}`, { cause: error });
      throw error;
    });
  const read = answer.safeParse(found);
  if (!read.success)
    throw new TransientError('PAWL_MLFLOW_UNAVAILABLE', `${server.url} does not describe ${uri} as MLflow does.`);
  const { name, version, run_id: run, status } = read.data.model_version;
  if (status !== undefined && status !== 'READY')
    throw new FinalError('PAWL_IMPORT_REFUSED', `${uri} is version ${version}, which is ${status} and not READY.`);
  return { name, version, run: run === undefined || run === '' ? null : run };
}

/**
 * The ONNX file of a registered version, with weights that lie beside it put into it.
 * @param most bytes of a file that are taken
 * @throws FinalError PAWL_IMPORT_REFUSED where the version holds no ONNX model; MlflowRefusal; TransientError PAWL_MLFLOW_UNAVAILABLE
 */
export async function fetchOnnx(
  server: MlflowServer,
  version: RegisteredVersion,
  most: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const about = { name: version.name, version: version.version };
  const said = `version ${version.version} of ${version.name}`;
  const text = Buffer.from(await server.file(about, 'MLmodel', largestDescription, signal)).toString('utf8');
  const parsed = description.safeParse(readYaml(text));
  if (!parsed.success) throw new FinalError('PAWL_IMPORT_REFUSED', `The MLmodel of ${said} cannot be read.`);
  const { flavors } = parsed.data;
  const flavor = onnxFlavor.safeParse(flavors['onnx']);
  if (!flavor.success)
    throw new FinalError('PAWL_IMPORT_REFUSED', `${said} has no ONNX model.`, {
      problems: [
        {
          subject: 'flavors',
          message: `its flavors are ${Object.keys(flavors).join(', ')}`,
          hint: 'log it by mlflow.onnx.log_model, or convert it to ONNX first',
        },
      ],
    });
  const { data } = flavor.data;
  const folder = data.includes('/') ? data.slice(0, data.lastIndexOf('/') + 1) : '';
  const model = await server.file(about, data, most, signal);
  const weights = new Map<string, Uint8Array>();
  for (const name of weightFiles(model)) weights.set(name, await server.file(about, folder + name, most, signal));
  return withWeights(model, weights);
}

/** Null where it is none. */
function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 }) as unknown;
  } catch {
    return null;
  }
}
