import { counted, figure, inWords, listed } from '../stats/wording.ts';
import type { Fact, StepInput, StepInputs, StepName } from './step.ts';

/** What was done when a step is done again. */
const done: Readonly<Record<StepName, string>> = {
  ingest: 'ingested',
  validate: 'validated',
  train: 'trained',
  evaluate: 'evaluated',
  register: 'registered',
  trial: 'tried',
};

/** How many changed facts of one input are told by name. */
const mostTold = 3;

/** `trained again: parameters changed (trees 200 -> 300)`. @param why what changed, or what was asked */
export function doneAgain(step: StepName, why: string): string {
  return `${done[step]} again: ${why}`;
}

/** What a step depends on that differs between two times, in words; null where nothing does. */
export function changesBetween(before: StepInputs, now: StepInputs): string | null {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  const changes = names
    .filter((name) => before[name]?.digest !== now[name]?.digest)
    .map((name) => `${name} changed${details(before[name], now[name])}`);
  return changes.length === 0 ? null : listed(changes);
}

function details(before: StepInput | undefined, now: StepInput | undefined): string {
  const [old, current] = [before?.facts ?? {}, now?.facts ?? {}];
  const names = [...new Set([...Object.keys(current), ...Object.keys(old)])].filter((name) => old[name] !== current[name]);
  if (names.length === 0) return '';
  const told = names.slice(0, mostTold).map((name) => change(name, old[name] ?? null, current[name] ?? null));
  const rest = names.length - told.length;
  return ` (${told.join(', ')}${rest === 0 ? '' : ` and ${rest} more`})`;
}

function change(name: string, before: Fact, now: Fact): string {
  if (name === 'rows' && typeof before === 'number' && typeof now === 'number')
    return `${counted(Math.abs(now - before), 'row')} ${now > before ? 'more' : 'fewer'}`;
  return `${name} ${said(before)} -> ${said(now)}`;
}

function said(fact: Fact): string {
  if (fact === null) return 'none';
  if (typeof fact !== 'number') return String(fact);
  return Number.isInteger(fact) && fact >= 0 ? inWords(fact) : figure(fact);
}
