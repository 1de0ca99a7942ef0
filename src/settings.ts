import { z } from 'zod';
import { FinalError } from './errors.ts';

/** All that a pawl process takes from its environment; everything else is in pawl.yaml or the registry. */
const schema = z.object({
  PAWL_REGISTRY_URL: z.string().regex(/^postgres(ql)?:\/\//, 'a postgres:// URL'),
  /** `file:///folder` or `s3://bucket/prefix`. */
  PAWL_STORE_URL: z.string().regex(/^(file|s3):\/\//, 'a file:// or s3:// URL'),
  /** Only for S3 servers other than AWS. */
  PAWL_S3_ENDPOINT: z.url().optional(),
  PAWL_TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  PAWL_TEMPORAL_NAMESPACE: z.string().default('default'),
  PAWL_TASK_QUEUE: z.string().min(1).default('pawl'),
  PAWL_GATEWAY_HOST: z.string().default('127.0.0.1'),
  PAWL_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(8460),
  /** Where the gateway speaks the Open Inference Protocol over gRPC. */
  PAWL_GRPC_PORT: z.coerce.number().int().min(0).max(65_535).default(8461),
  /** Where a worker answers `GET /metrics`; it does not where no port is named. 0: any. */
  PAWL_METRICS_HOST: z.string().default('127.0.0.1'),
  PAWL_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  PAWL_SPOOL_DIR: z.string().default('.pawl/spool'),
  /** How often the prediction log is shipped to the object store, ms. */
  PAWL_SEGMENT_MS: z.coerce.number().int().min(100).default(10_000),
  /** The secret of features that are logged as hashes; the same at all gateways and for all time, or hashes cannot be compared. */
  PAWL_LOG_HASH_KEY: z.string().min(16, 'at least 16 characters').optional(),
  /** With which a pipeline worker signs what it registers and lets through: an ed25519 key, PKCS #8 in PEM, or a file of it. */
  PAWL_SIGNING_KEY: z.string().min(1).optional(),
  PAWL_SIGNING_KEY_FILE: z.string().min(1).optional(),
  /** Public keys whose signatures count: PEM, or files of it separated by commas. */
  PAWL_TRUSTED_KEYS: z.string().min(1).optional(),
  /** required: no version without an attestation. optional: one that has none is served; one that has one must hold. */
  PAWL_ATTESTATIONS: z.enum(['required', 'optional']).default('optional'),
  /** The Ray cluster of trainings that name none: the address of its head node, such as http://ray-head:8265. */
  PAWL_RAY_ADDRESS: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the cluster asks for one. */
  PAWL_RAY_TOKEN: z.string().min(1).optional(),
  /** How often a gateway writes its windows to the registry, ms. */
  PAWL_WINDOW_MS: z.coerce.number().int().min(100).default(2000),
  /** Where OpenLineage events go: a receiver such as http://marquez:5000, or a file with an event a line. */
  PAWL_OPENLINEAGE_URL: z.url({ protocol: /^https?$/ }).optional(),
  PAWL_OPENLINEAGE_FILE: z.string().min(1).optional(),
  PAWL_OPENLINEAGE_API_KEY: z.string().min(1).optional(),
  /** Of the jobs and datasets of this pawl, among those of others. */
  PAWL_OPENLINEAGE_NAMESPACE: z.string().min(1).default('pawl'),
  /** The MLflow server to import from and to tell of versions; a name and password may be in it. */
  PAWL_MLFLOW_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Sent to it as a bearer's token. */
  PAWL_MLFLOW_TOKEN: z.string().min(1).optional(),
  PAWL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type Settings = z.output<typeof schema>;

/** Of a gateway that is to do without: it serves what is in its folder, and what it would send waits there. */
const edgeSchema = schema.partial({ PAWL_REGISTRY_URL: true, PAWL_STORE_URL: true });

export type EdgeSettings = z.output<typeof edgeSchema>;

/** @throws FinalError PAWL_SETTINGS_INVALID with every variable at fault. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return read(schema, env);
}

/** The same without registry and store where they are not set. @throws FinalError PAWL_SETTINGS_INVALID */
export function readEdgeSettings(env: NodeJS.ProcessEnv): EdgeSettings {
  return read(edgeSchema, env);
}

function read<T>(settings: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = settings.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return { subject: name, message: env[name] === undefined ? `${name} is not set.` : `${name}: ${issue.message}` };
  });
  throw new FinalError('PAWL_SETTINGS_INVALID', 'The environment is incomplete or malformed.', { problems });
}
