import { noteMessage } from '../src/registry/outbox.ts';
import type { Dependencies } from './dependencies.ts';
import type { Closing, Notes } from './notes.ts';

/** Versions and what became of them, for an MLflow server. What there is to say of them is read when it is sent. */
export class MlflowNotes implements Notes {
  readonly #records: Pick<Dependencies, 'registry'>;

  constructor(records: Pick<Dependencies, 'registry'>) {
    this.#records = records;
  }

  before(): Promise<void> {
    return Promise.resolve();
  }

  async after(activity: string, given: unknown, output: unknown): Promise<void> {
    if (activity === 'register') {
      const { release, model } = given as { release: string; model: string };
      const { version } = output as { version: number };
      await this.#note(model, release, `v${version}`, { version });
    } else if (activity === 'closeRelease') {
      const { release, model, version, outcome, because } = given as Closing;
      if (version !== null) await this.#note(model, release, `v${version}/end`, { version, outcome, because });
    }
  }

  #note(model: string, release: string, what: string, message: object): Promise<void> {
    return noteMessage(this.#records.registry, { receiver: 'mlflow', key: `${model}/${what}`, model, release, message });
  }
}
