import type { DatasetManifest, DatasetRef, SnapshotRef, SnapshotSources } from '../src/data/dataset.ts';
import { type EventType, releaseJob, type RunEvent, runEvent, type Teller, type Told } from '../src/lineage/run-event.ts';
import { type StepGiven, type StepMade, toldOf, type ToldStep, toldSteps } from '../src/lineage/told-steps.ts';
import type { ReleaseOutcome, ReleasePlan } from '../src/messages/release.ts';
import { closedUntold, messagesOf, noteMessage } from '../src/registry/outbox.ts';
import { getRelease } from '../src/registry/releases.ts';
import { getSpec, type SpecRecord } from '../src/registry/specs.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { Dependencies } from './dependencies.ts';
import type { Closing, Notes } from './notes.ts';

/** How a release's run ends, by its outcome. */
const ends: Readonly<Record<ReleaseOutcome, EventType>> = {
  promoted: 'COMPLETE',
  rejected: 'FAIL',
  failed: 'FAIL',
  rolled_back: 'ABORT',
};

/** Releases and their steps as runs of OpenLineage. */
export class LineageNotes implements Notes {
  readonly #dependencies: Pick<Dependencies, 'registry' | 'store' | 'clock'>;
  readonly #teller: Teller;

  constructor(dependencies: Pick<Dependencies, 'registry' | 'store' | 'clock'>, teller: Teller) {
    this.#dependencies = dependencies;
    this.#teller = teller;
  }

  async before(activity: string, given: unknown): Promise<void> {
    const step = toldSteps.find((name) => name === activity);
    if (step === undefined) return;
    const { release, ...what } = given as StepGiven & { release: string };
    await this.#note(release, step, 'START', (about) => Promise.resolve(toldOf(this.#teller, about, step, what, null)));
  }

  async after(activity: string, given: unknown, output: unknown): Promise<void> {
    const step = toldSteps.find((name) => name === activity);
    if (step !== undefined) {
      const { release, ...what } = given as StepGiven & { release: string };
      await this.#note(release, step, 'COMPLETE', async (about) =>
        toldOf(this.#teller, about, step, what, await this.#made(about.spec.model, step, what, output)),
      );
    } else if (activity === 'openRelease') {
      await this.#note((output as ReleasePlan).release, releaseJob, 'START', () => Promise.resolve({}));
    } else if (activity === 'closeRelease') await this.#close(given as Closing);
    else if (activity === 'observe') {
      // A look at a model closes releases whose workflow is gone: nobody else says of these that they are over.
      const { model } = given as { model: string };
      for (const closed of await closedUntold(this.#dependencies.registry, model)) await this.#close(closed);
    }
  }

  /** Whatever step still ran has ended with the release; then the release itself, with what its steps read first and made last. */
  async #close({ release, outcome, version, because }: Closing): Promise<void> {
    const events = (await messagesOf(this.#dependencies.registry, release, 'openlineage')).map(
      ({ message }) => message as RunEvent,
    );
    // A drill, or a release of before events were told of.
    const begun = events.find(({ eventType, run }) => eventType === 'START' && run.facets['parent'] === undefined);
    if (begun === undefined) return;
    const type = ends[outcome];
    const failed = this.#teller.facets.write('errorMessage', { message: because, programmingLanguage: 'TypeScript' });
    const stopped = type === 'COMPLETE' ? {} : failed;
    for (const step of toldSteps) {
      const own = events.filter(({ job }) => job.name.endsWith(`.${step}`));
      if (own.length !== 1) continue;
      await this.#note(release, step, type === 'ABORT' ? 'ABORT' : 'FAIL', () =>
        Promise.resolve({ inputs: own[0]?.inputs ?? [], run: failed }),
      );
    }
    const ended = (step: ToldStep) =>
      events.find(({ eventType, job }) => eventType === 'COMPLETE' && job.name.endsWith(`.${step}`));
    const told: Told = {
      inputs: ended('ingest')?.inputs ?? [],
      outputs: ended('register')?.outputs ?? [],
      run: { ...stopped, ...this.#teller.facets.own('release', { release, outcome, version, because }) },
    };
    await this.#note(release, releaseJob, type, () => Promise.resolve(told));
  }

  /** What came of a step, with the objects that describe it. */
  async #made(model: string, step: ToldStep, given: StepGiven, output: unknown): Promise<StepMade> {
    if (step === 'ingest') return { output, sources: await this.#read<SnapshotSources>((output as SnapshotRef).sourcesUri) };
    if (step === 'validate') return { output, manifest: await this.#read<DatasetManifest>((output as DatasetRef).manifestUri) };
    if (step === 'train' && given.dataset !== undefined)
      return { output, manifest: await this.#read<DatasetManifest>(given.dataset.manifestUri) };
    if (step !== 'evaluate') return { output };
    const { champion } = output as { champion: number | null };
    if (champion === null) return { output };
    const { uri } = await getVersion(this.#dependencies.registry, model, champion);
    return { output, champion: { version: champion, uri } };
  }

  async #read<T>(uri: string): Promise<T> {
    return JSON.parse(Buffer.from(await this.#dependencies.store.get(uri)).toString('utf8')) as T;
  }

  async #note(id: string, job: string, type: EventType, tell: (about: SpecRecord) => Promise<Told>): Promise<void> {
    const { registry, clock } = this.#dependencies;
    const release = await getRelease(registry, id);
    const spec = await getSpec(registry, release.model, release.specDigest);
    const told = await tell(spec);
    const at = new Date(await clock.now());
    const message = runEvent(this.#teller, { release, spec: spec.spec }, { job, type, at, told });
    // Of a run that is tried again the first START stands, and it has one end.
    const key = `${id}/${job}/${type === 'START' ? 'start' : 'end'}`;
    await noteMessage(registry, { receiver: 'openlineage', key, model: release.model, release: id, message });
  }
}
