import type { Registry } from '../../src/registry/registry.ts';
import { timeline } from '../../src/registry/timeline.ts';
import type { TimelineRow } from '../../src/registry/timeline.ts';
import type { Story } from './story.ts';

/** Tells each new line of the model's timeline in the words that pawl recorded: nothing here is written by the demo. */
export class Narrator {
  readonly #told = new Set<string>();
  readonly #registry: Registry;
  readonly #model: string;
  readonly #story: Story;

  constructor(registry: Registry, model: string, story: Story) {
    this.#registry = registry;
    this.#model = model;
    this.#story = story;
  }

  async listen(): Promise<void> {
    for (const row of await timeline(this.#registry, this.#model, 200)) {
      const key = `${row.kind} ${row.at.toISOString()} ${row.because}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      if (told.includes(row.kind)) this.#story.say(sentence(row));
    }
  }
}

/** Revisions repeat their decision, and the demo shows what it asks as commands. */
const told: readonly TimelineRow['kind'][] = ['trigger', 'release', 'decision', 'champion'];

const sentence = (row: TimelineRow) => `   ${row.kind.padEnd(9)} ${row.because}`;
