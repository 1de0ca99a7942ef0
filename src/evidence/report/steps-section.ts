import type { StepRecord } from '../../registry/steps.ts';
import { inWords, lasting, sized } from '../../stats/wording.ts';
import type { Part } from '../html/markup.ts';
import { moment, type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** The steps that did the work, and what they took; null for releases of before they were kept. */
export function stepsSection({ steps }: ReleaseEvidence): Section | null {
  if (steps.length === 0) return null;
  return {
    id: 'steps',
    title: 'Steps',
    body: table({
      id: 'work',
      caption: 'Each step of the release, and what it used',
      head: ['Step', 'Began', 'Result', 'Why', 'Rows', 'Took', 'CPU time', 'Read', 'Written'],
      rows: steps.map(cells),
    }),
  };
}

function cells(step: StepRecord): Part[] {
  const { part, attempt, state, takenFrom, because, rows, startedAt, wallMs, cpuMs, bytesRead, bytesWritten } = step;
  const name = [step.step, part, attempt > 1 ? `attempt ${attempt}` : ''].filter((word) => word !== '').join(' ');
  return [
    name,
    moment(startedAt),
    takenFrom === null ? state : `taken from ${takenFrom}`,
    because ?? '',
    rows === null ? '' : inWords(rows),
    lasting(wallMs),
    lasting(cpuMs),
    sized(bytesRead),
    sized(bytesWritten),
  ];
}
