import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pemOf, publicKeysOf } from '../attestation/keys.ts';
import { requireAttested, type Trust } from '../attestation/trust.ts';
import { FinalError, PawlError, type Problem } from '../errors.ts';
import type { AssignedVersion, TrafficAssignment } from '../registry/traffic-assignment.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { bundleReadme } from './bundle-readme.ts';
import { artifactFile, digestOf, LocalCache, trafficFile } from './local-cache.ts';

const manifestFile = 'bundle.json';
const cacheFolder = 'cache';
const keysFile = 'trusted-keys.pem';
const attestationFile = (version: number) => `attestations/v${version}.dsse.json`;

/** A file of a bundle beside its cache. */
interface BundledFile {
  /** Relative to the bundle. */
  readonly file: string;
  readonly digest: string;
}

interface BundledVersion {
  readonly version: number;
  /** Relative to the bundle. */
  readonly file: string;
  readonly digest: string;
  readonly bytes: number;
  /** Its attestation, as a DSSE envelope for other programs to read; the gateway has it with the traffic. Bundles of an older pawl lack it. */
  readonly attestation?: BundledFile | null;
}

/** `bundle.json`: what a bundle was made of. */
export interface BundleManifest {
  readonly format: 1;
  readonly model: string;
  /** The traffic revision that it was made from. */
  readonly revision: number;
  readonly champion: BundledVersion;
  /** Answers where the champion cannot; null where there is none, or its artifact is gone. */
  readonly former: BundledVersion | null;
  /** The public keys that were trusted where it was made; null where there were none. Bundles of an older pawl lack it. */
  readonly keys?: BundledFile | null;
  /** ISO 8601. */
  readonly madeAt: string;
}

/**
 * Makes a folder from which a gateway serves a model with no other service in reach: the champion alone, as in a gateway's local
 * cache, with the champion before it for the fallback. Nothing in it says where it was made or where it is: it may be moved.
 * @param input.directory made here; may exist where it is empty
 * @param input.trust whose attestations count; they are checked before anything is written, and the keys go along
 * @throws FinalError PAWL_BUNDLE_IMPOSSIBLE, PAWL_FILE_EXISTS, PAWL_ARTIFACT_DAMAGED, PAWL_OBJECT_NOT_FOUND,
 * PAWL_ATTESTATION_MISSING, PAWL_ATTESTATION_INVALID
 */
export async function writeBundle(input: {
  readonly directory: string;
  readonly assignment: TrafficAssignment;
  readonly store: ObjectStore;
  readonly trust: Trust | null;
  readonly now: Date;
}): Promise<BundleManifest> {
  const { assignment, store, trust } = input;
  const directory = resolve(input.directory);
  const champion = bundleable(assignment);
  if ((await readdir(directory).catch(() => [])).length > 0)
    throw new FinalError('PAWL_FILE_EXISTS', `${input.directory} is there, and is not empty.`);
  const part = join(dirname(directory), `.${basename(directory)}.part`);
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  try {
    const cache = new LocalCache(join(part, cacheFolder));
    const { model, revision } = assignment;
    const attest = (version: AssignedVersion) => requireAttested(trust, { model, ...version });
    attest(champion);
    const leading = { ...(await take(champion, store, cache)), attestation: await keepAttestation(part, champion) };
    const former = await takeFormer(assignment.former, { store, cache, part, attest });
    const keys = trust === null ? null : await keep(part, keysFile, pemOf(trust.keys.values()));
    await cache.saveTraffic({ models: [model], assignments: [alone(assignment, champion, former && assignment.former)] });
    const manifest = { format: 1, model, revision, champion: leading, former, keys, madeAt: input.now.toISOString() } as const;
    await writeFile(join(part, 'README.md'), bundleReadme(manifest, Object.values(assignment.log).includes('hash')));
    await writeFile(join(part, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(part, directory);
    return manifest;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** @throws FinalError PAWL_BUNDLE_IMPOSSIBLE */
function bundleable({ model, champion }: TrafficAssignment): AssignedVersion {
  if (champion === null)
    throw new FinalError('PAWL_BUNDLE_IMPOSSIBLE', `${model} has nobody who answers; there is nothing to put into a bundle.`);
  if (champion.incumbent !== null)
    throw new FinalError(
      'PAWL_BUNDLE_IMPOSSIBLE',
      `The champion of ${model} is the endpoint ${champion.uri}: there is no artifact to take along, and where no service is in reach it could not be asked.`,
    );
  return champion;
}

/** The champion answers everything: nobody renews the lease of a challenger where nothing is in reach. */
function alone(assignment: TrafficAssignment, champion: AssignedVersion, former: AssignedVersion | null): TrafficAssignment {
  return {
    ...assignment,
    champion: inside(champion),
    former: former === null ? null : inside(former),
    challenger: null,
    segments: null,
    share: 0,
    shadowShare: 0,
    leaseRemainingMs: null,
  };
}

/** Named by where it is in the bundle: the URI in the object store may be a path of the machine that made it. */
const inside = (version: AssignedVersion): AssignedVersion => ({ ...version, uri: fileOf(version.digest) });
const fileOf = (digest: string) => `${cacheFolder}/${artifactFile(digest)}`;

async function take({ version, uri, digest }: AssignedVersion, store: ObjectStore, cache: LocalCache): Promise<BundledVersion> {
  const bytes = await store.get(uri);
  if (digestOf(bytes) !== digest)
    throw new FinalError(
      'PAWL_ARTIFACT_DAMAGED',
      `The artifact of v${version} has digest ${digestOf(bytes)}, not ${digest} as registered.`,
    );
  await cache.saveArtifact(digest, bytes);
  return { version, file: fileOf(digest), digest, bytes: bytes.byteLength };
}

/** Null without one, for an endpoint, and where the artifact is gone. */
async function takeFormer(
  former: AssignedVersion | null,
  to: { store: ObjectStore; cache: LocalCache; part: string; attest: (version: AssignedVersion) => void },
): Promise<BundledVersion | null> {
  if (former === null || former.incumbent !== null) return null;
  try {
    const taken = await take(former, to.store, to.cache);
    to.attest(former);
    return { ...taken, attestation: await keepAttestation(to.part, former) };
  } catch (error) {
    if (error instanceof PawlError && error.code === 'PAWL_OBJECT_NOT_FOUND') return null;
    throw error;
  }
}

async function keepAttestation(part: string, { version, attestation }: AssignedVersion): Promise<BundledFile | null> {
  return attestation == null ? null : keep(part, attestationFile(version), attestation);
}

async function keep(part: string, file: string, text: string): Promise<BundledFile> {
  await mkdir(dirname(join(part, file)), { recursive: true });
  await writeFile(join(part, file), text);
  return { file, digest: digestOf(Buffer.from(text)) };
}

/** The keys that came with a bundle, for a gateway that is told of no others; null where none did. */
export async function bundledTrust(directory: string): Promise<Trust | null> {
  const { keys } = await readManifest(directory);
  return keys == null ? null : { keys: publicKeysOf(await readFile(join(directory, keys.file), 'utf8')), required: false };
}

/**
 * Reads a bundle's manifest and checks that everything is as it was made, or as a gateway has left it since: one that meets the
 * registry keeps the newer traffic and its artifacts in the bundle.
 * @throws FinalError PAWL_BUNDLE_DAMAGED with every file at fault
 */
export async function checkBundle(directory: string): Promise<BundleManifest> {
  const manifest = await readManifest(directory);
  const cache = new LocalCache(join(directory, cacheFolder));
  const traffic = await cache.readTraffic();
  const problems: Problem[] = [];
  if (traffic === null) problems.push(atFault(directory, `${cacheFolder}/${trafficFile}`, 'is missing, or not as it was saved'));
  const bundled = [manifest.champion, manifest.former].filter((version) => version !== null).map(({ digest }) => digest);
  const assigned = traffic?.assignments.flatMap(({ champion, former }) => [champion, former]) ?? [];
  const wanted =
    traffic === null ? bundled : assigned.flatMap((one) => (one === null || one.incumbent != null ? [] : [one.digest]));
  for (const digest of new Set(wanted)) {
    const state = await cache.stateOf(digest);
    // What came later may have been on its way when the gateway ended; what was bundled was there.
    if (state === 'damaged' || (state === 'missing' && bundled.includes(digest)))
      problems.push(atFault(directory, fileOf(digest), state === 'missing' ? 'is missing' : 'is not what its name says'));
  }
  const beside = [manifest.keys, manifest.champion.attestation, manifest.former?.attestation].filter((file) => file != null);
  for (const { file, digest } of beside) {
    const content = await readFile(join(directory, file)).catch(() => null);
    if (content === null) problems.push(atFault(directory, file, 'is missing'));
    else if (digestOf(content) !== digest) problems.push(atFault(directory, file, 'is not as it was made'));
  }
  if (problems.length > 0) {
    const files = problems.map(({ subject }) => subject).join(', ');
    throw new FinalError('PAWL_BUNDLE_DAMAGED', `The bundle ${directory} of ${manifest.model} is damaged: ${files}.`, {
      problems,
    });
  }
  return manifest;
}

function atFault(directory: string, file: string, message: string): Problem {
  return { file: join(directory, file), subject: file, message };
}

async function readManifest(directory: string): Promise<BundleManifest> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, manifestFile), 'utf8')) as BundleManifest;
    if ((manifest.format as number) === 1 && typeof manifest.champion.digest === 'string') return manifest;
  } catch {
    // Told below, whatever it was.
  }
  throw new FinalError(
    'PAWL_BUNDLE_DAMAGED',
    `${directory} holds no readable ${manifestFile}: it is no bundle, or a damaged one.`,
    {
      problems: [atFault(directory, manifestFile, 'is missing, or not as it was made')],
    },
  );
}
