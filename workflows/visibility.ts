import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

export const attributes = {
  model: keyword('PawlModel'),
  version: keyword('PawlVersion'),
  stage: keyword('PawlStage'),
  trigger: keyword('PawlTrigger'),
} as const;

/** What the Temporal UI's list can be filtered by. Absent values keep what they were. */
export function label(values: { model?: string; version?: number; stage?: string; trigger?: string }): void {
  upsertSearchAttributes([
    ...(values.model === undefined ? [] : [{ key: attributes.model, value: values.model }]),
    ...(values.version === undefined ? [] : [{ key: attributes.version, value: `v${values.version}` }]),
    ...(values.stage === undefined ? [] : [{ key: attributes.stage, value: values.stage }]),
    ...(values.trigger === undefined ? [] : [{ key: attributes.trigger, value: values.trigger }]),
  ]);
}

/** The story so far as the Temporal UI shows it: a headline, what happened in order, and the signals that work now. */
export class Story {
  readonly #headline: string;
  readonly #lines: string[] = [];
  #now = '';
  readonly #signals: string;

  constructor(headline: string, signals: readonly string[]) {
    this.#headline = headline;
    this.#signals = signals.map((name) => `\`${name}\``).join(', ');
    this.#publish();
  }

  /** What is going on. */
  now(sentence: string): void {
    this.#now = sentence;
    this.#publish();
  }

  /** What has happened; the last thirty are kept. */
  tell(sentence: string): void {
    this.#lines.push(sentence);
    if (this.#lines.length > 30) this.#lines.shift();
    this.#publish();
  }

  #publish(): void {
    const happened = this.#lines.map((line, i) => `${i + 1}. ${line}`).join('\n');
    setCurrentDetails(`### ${this.#headline}\n\n**Now:** ${this.#now || 'starting'}\n\n${happened}\n\nSignals: ${this.#signals}`);
  }
}
