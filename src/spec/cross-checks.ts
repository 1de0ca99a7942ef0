import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import { trainers } from '../training/trainers.ts';
import { budgetCheck } from './budget-check.ts';
import { championCheck } from './champion-check.ts';
import { defaultAnswerCheck } from './default-answer-check.ts';
import { evaluationCheck } from './evaluation-check.ts';
import { cronMistakes } from './cron.ts';
import { oneOf, pathText, valueAt } from './issues.ts';
import { importCheck } from './import-check.ts';
import { lossCheck } from './loss-check.ts';
import { nearest } from './nearest.ts';
import type { PlacedYaml } from './places.ts';
import { quantileCheck } from './quantile-check.ts';
import { parseDuration } from './quantities.ts';
import { releaseCheck } from './release-check.ts';
import { searchCheck } from './search-check.ts';
import { strategyCheck } from './strategy-check.ts';
import { taskIn } from './task.ts';
import { isTimeZone } from './time-zone.ts';
import { trainingCheck } from './training-check.ts';
import { weightsCheck } from './weights-check.ts';

type Path = readonly PropertyKey[];

/** What a single key does not tell. Each rule reads the file as it is written, so that it also speaks where another part is wrong. */
export function crossChecks(yaml: PlacedYaml): Problem[] {
  const problems: Problem[] = [];
  const report = (path: Path, message: string, hint: string) =>
    problems.push({ ...yaml.placeOf(path), subject: pathText(path), message, hint });
  for (const check of [
    columns,
    ranges,
    timestamps,
    positive,
    evaluationCheck,
    trainerParams,
    trainingCheck,
    searchCheck,
    weightsCheck,
    lossCheck,
    quantileCheck,
    importCheck,
    schedule,
    waits,
    source,
    championCheck,
    strategyCheck,
    releaseCheck,
    defaultAnswerCheck,
    budgetCheck,
  ])
    check(yaml.value, report);
  return problems;
}

type Check = (file: unknown, report: (path: Path, message: string, hint: string) => void) => void;

/** Names that the machinery below keeps for itself. */
const reserved = ['__proto__', 'file_row_number'];

const roles = {
  label: 'is what the model predicts',
  timestamp: 'orders the rows',
  weight: 'says how much a row counts when a version learns',
};

const columns: Check = (file, report) => {
  const features = keys(valueAt(file, ['contract', 'features']));
  const named: [string, Path][] = features.map((feature) => [feature, ['contract', 'features', feature]]);
  for (const role of ['label', 'timestamp', 'weight'] as const) {
    const column = valueAt(file, ['contract', role]);
    if (typeof column !== 'string') continue;
    if (features.includes(column)) {
      report(
        ['contract', 'features', column],
        `${column} is the ${role} and a feature`,
        `leave it out of the features: it ${roles[role]}`,
      );
    } else named.push([column, ['contract', role]]);
  }
  const seen = new Map<string, string>();
  for (const [name, path] of named) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      report(path, `${name} and ${twin} name one column, letters apart`, 'names that differ in more than upper and lower case');
    seen.set(name.toLowerCase(), name);
  }
  for (const name of reserved) {
    if (features.includes(name)) report(['contract', 'features', name], `${name} cannot name a feature`, 'another name');
  }
};

const ranges: Check = (file, report) => {
  for (const feature of keys(valueAt(file, ['contract', 'features']))) {
    const path = ['contract', 'features', feature];
    const [min, max] = [valueAt(file, [...path, 'min']), valueAt(file, [...path, 'max'])];
    if (typeof min === 'number' && typeof max === 'number' && min > max)
      report([...path, 'max'], `${feature} has its max ${max} below its min ${min}`, 'min at most max');
  }
};

const timestamps: Check = (file, report) => {
  if (valueAt(file, ['contract']) === undefined || valueAt(file, ['contract', 'timestamp']) !== undefined) return;
  const needy: Path[] = [
    ['contract', 'freshness'],
    ['training', 'window'],
    ['evaluation', 'holdout', 'newest'],
    ['evaluation', 'tune_on', 'newest'],
  ];
  for (const path of needy) {
    const value = valueAt(file, path);
    if (typeof value === 'string' && parseDuration(value) !== null) {
      report(
        path,
        `${pathText(path)} is a duration and the contract names no timestamp`,
        path[0] === 'evaluation' ? 'a share such as 20%, or contract.timestamp' : 'name contract.timestamp, or leave this out',
      );
    }
  }
};

const positive: Check = (file, report) => {
  const task = taskIn(file);
  if (task === null || task === 'binary-classification' || valueAt(file, ['contract', 'positive']) === undefined) return;
  report(['contract', 'positive'], `contract.positive names one of two classes and the task is ${task}`, 'leave it out');
};

const trainerParams: Check = (file, report) => {
  const name = valueAt(file, ['training', 'trainer']) ?? 'gbt';
  const params = valueAt(file, ['training', 'params']);
  const trainer = Object.entries(trainers).find(([known]) => known === name)?.[1];
  const task = taskIn(file);
  if (trainer !== undefined && task !== null && !trainer.tasks.includes(task)) {
    const others = Object.values(trainers).filter(({ tasks }) => tasks.includes(task));
    const hint = oneOf([...others.map((other) => other.name), 'command']);
    report(['training', 'trainer'], `${trainer.name} does not know the task ${task}`, hint);
  }
  if (trainer === undefined || typeof params !== 'object' || params === null || Array.isArray(params)) return;
  try {
    trainer.checkParams(params as Record<string, unknown>);
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    for (const { subject = '', message, hint } of error.problems) {
      // A part of a parameter is named by both: early_stopping.rounds.
      const written = keys(params).find((key) => key === subject || subject.startsWith(`${key}.`));
      report(
        ['training', 'params', ...(written === undefined ? [] : [written])],
        message,
        hint ?? `the parameters of ${String(name)}`,
      );
    }
  }
};

const schedule: Check = (file, report) => {
  const zone = valueAt(file, ['time_zone']);
  const crons = [['schedule'], ['release', 'drill', 'schedule']].map((path) => ({ path, cron: valueAt(file, path) }));
  for (const { path, cron } of crons) {
    for (const mistake of typeof cron === 'string' ? cronMistakes(cron) : [])
      report(path, `schedule "${String(cron)}": ${mistake}`, 'five fields: minute hour day month weekday, such as 0 3 * * 1');
  }
  if (typeof zone !== 'string') return;
  if (crons.every(({ cron }) => cron === undefined))
    report(['time_zone'], 'time_zone is of the schedules, and there is none', 'a schedule, or leave it out');
  if (!isTimeZone(zone)) {
    const meant = nearest(zone, Intl.supportedValuesOf('timeZone'));
    report(
      ['time_zone'],
      `${zone} is no time zone`,
      meant === undefined ? 'a name such as Australia/Sydney' : `did you mean ${meant}?`,
    );
  }
};

const waits: Check = (file, report) => {
  const [least, most] = ['for', 'at_most'].map((key) => valueAt(file, ['release', 'step', key]));
  if (typeof least !== 'string' || typeof most !== 'string') return;
  if ((parseDuration(least) ?? 0) > (parseDuration(most) ?? Infinity)) {
    report(['release', 'step', 'at_most'], `a step lasts ${least} and may last ${most}`, `at_most of ${least} or longer`);
  }
};

const source: Check = (file, report) => {
  const files = valueAt(file, ['source', 'files']);
  const scheme = typeof files === 'string' ? /^([a-z\d]+):\/\//i.exec(files)?.[1] : undefined;
  if (scheme !== undefined)
    report(
      ['source', 'files'],
      `source.files reads local files, and this is ${scheme}://`,
      'a path or glob relative to this file',
    );
};

const keys = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
