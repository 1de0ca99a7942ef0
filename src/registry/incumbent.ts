import { createHash } from 'node:crypto';
import { FinalError } from '../errors.ts';
import type { IncumbentConfig } from '../serving/incumbent/incumbent-config.ts';
import { addChampion, championHistory, getChampion } from './champion.ts';
import { type Work, withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';
import { takeEpoch } from './traffic-epochs.ts';
import { addRevision, newestRevision } from './traffic-revisions.ts';
import { getVersion, incumbentTrainer, nextVersion } from './versions.ts';

/** What became of the endpoint that a spec names. `because` is a sentence. */
export interface IncumbentOutcome {
  /**
   * - `installed`: there was no champion, and now it is the endpoint
   * - `moved`: an endpoint led that was configured otherwise; now this one leads
   * - `unchanged`: it leads already
   * - `waits`: a release is under way, in which nothing may change under its feet; to be tried again when it is over
   * - `superseded`: a version of pawl's own leads; the key has no effect
   */
  readonly outcome: 'installed' | 'moved' | 'unchanged' | 'waits' | 'superseded';
  /** Of the endpoint, where it has one. */
  readonly version: number | null;
  readonly because: string;
}

/**
 * Makes the endpoint that a team had before pawl the champion: a version of its own, the title and all of the traffic, in one
 * transaction. Equal configuration, equal version; doing it again changes nothing.
 */
export async function registerIncumbent(
  registry: Registry,
  input: { readonly model: string; readonly config: IncumbentConfig; readonly by: string },
): Promise<IncumbentOutcome> {
  const { model, config, by } = input;
  return withModelLocked(registry, model, async (work) => {
    const history = await championHistory({ db: work }, model);
    const digest = digestOf(config);
    const leading = await findLeading(work, model, history.at(-1)?.version);
    const known = await findVersion(work, model, digest);
    if (leading !== null && leading.digest === digest)
      return { outcome: 'unchanged', version: leading.version, because: `v${leading.version}, ${config.url}, leads already` };
    if (leading !== null && leading.trainer !== incumbentTrainer)
      return {
        outcome: 'superseded',
        version: known,
        because: `champion.http has no effect any more: v${leading.version}, a version of pawl's own, leads${known === null ? '' : `; \`pawl rollback\` leads back to v${known}, the endpoint, where it led before`}`,
      };
    const busy = await whatRuns(work, model, leading?.version ?? null);
    if (busy !== null)
      return {
        outcome: 'waits',
        version: known,
        because: `champion.http is not in force: ${busy}; apply again when that is over`,
      };
    const version = known ?? (await addVersion(work, model, digest, config));
    const because = leading === null ? 'the endpoint that was there' : `the endpoint is ${config.url} now`;
    // A way back to an endpoint that led before is another act than its installation.
    const operationId = `incumbent/v${version}/${history.length}`;
    const epoch = await takeEpoch(work, { model, holder: operationId, kind: 'person' });
    const alone = { challenger: null, share: 0, shadowShare: 0, leaseMs: null };
    await addRevision(work, {
      ...alone,
      model,
      epoch,
      operationId,
      champion: version,
      salt: operationId,
      because: `v${version}, ${config.url}, answers: ${because}`,
    });
    await addChampion(work, { model, version, release: null, by, because, operationId });
    return {
      outcome: leading === null ? 'installed' : 'moved',
      version,
      because: `v${version}, ${config.url}, answers everything: ${because}`,
    };
  });
}

/** The endpoint that leads; null where a version of pawl's own does, or nobody. */
export async function leadingIncumbent(registry: Registry, model: string): Promise<{ version: number; url: string } | null> {
  const leading = await getChampion(registry, model);
  const version = leading === null ? null : await getVersion(registry, model, leading.version);
  return version === null || version.incumbent === null ? null : { version: version.version, url: version.incumbent.url };
}

/** Of the configuration, whatever the order of its keys. */
function digestOf({ url, format, model, timeoutMs, signature, features }: IncumbentConfig): string {
  const { task, features: columns, classes } = signature;
  const named = columns.map(({ name, type }) => [name, type]);
  const content = JSON.stringify([url, format, model, timeoutMs, task, named, classes, features]);
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function findLeading(work: Work, model: string, version: number | undefined) {
  if (version === undefined) return null;
  const found = await work
    .selectFrom('versions')
    .select(['version', 'trainer', 'digest'])
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (found === undefined) throw new FinalError('PAWL_VERSION_NOT_FOUND', `The registry knows no v${version} of ${model}.`);
  return found;
}

async function findVersion(work: Work, model: string, digest: string): Promise<number | null> {
  const found = await work
    .selectFrom('versions')
    .select('version')
    .where('model', '=', model)
    .where('trainer', '=', incumbentTrainer)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return found?.version ?? null;
}

/** A release reads at its beginning who leads, and its rollout goes by that. So does a first version that bakes without the title. */
async function whatRuns(work: Work, model: string, leading: number | null): Promise<string | null> {
  const release = await work
    .selectFrom('releases')
    .select('id')
    .where('model', '=', model)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  if (release !== undefined) return `${release.id} runs`;
  const traffic = await newestRevision(work, model);
  const strangers = [traffic?.champion, traffic?.challenger].filter((version) => version != null && version !== leading);
  return strangers.length === 0 ? null : `v${strangers.join(' and v')} has traffic`;
}

async function addVersion(work: Work, model: string, digest: string, config: IncumbentConfig): Promise<number> {
  const version = await nextVersion(work, model);
  await work
    .insertInto('versions')
    .values({
      model,
      version,
      release: null,
      uri: config.url,
      digest,
      dataset_digest: null,
      trainer: incumbentTrainer,
      params: json<Readonly<Record<string, unknown>>>({ ...config }),
      seed: 0,
      metrics: json({}),
      gates: json([]),
      importances: json({}),
      holdout_from: null,
      overridden: false,
      reference: json(null),
    })
    .execute();
  return version;
}
