import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../../infra/programs/run.ts';
import { packageFile } from '../../../src/package-root.ts';
import { inWords } from '../../../src/stats/wording.ts';
import { pythonEnvironment } from '../../../infra/programs/python-environment.ts';
import { median } from '../../statistics.ts';
import type { Part, PartOptions } from '../part.ts';
import { checkAgreement, largestErrors } from './agreement.ts';
import { categories, numbers } from './columns.ts';
import { writeRows } from './generate.ts';
import type { Measured } from './measure.ts';
import { type AtSize, errorTable, type PeerMeasured, speedBars, speedTable } from './report.ts';

/** Rows of each file, and how often Evidently measures them: its fastest time counts. */
const sizes = [
  { rows: 1000, peerRounds: 3 },
  { rows: 100_000, peerRounds: 3 },
  { rows: 1_000_000, peerRounds: 2 },
];
/** How often pawl does, each way: its median counts. */
const rounds = 3;
/** Evidently takes a minute and a half of it at the largest size. */
const timeoutMs = 900_000;

/** The time and memory that measuring a sample against a reference of the same size takes, from two Parquet files. */
export const runSpeed: Part = async (options) => {
  const python = await pythonEnvironment('evidently', packageFile('bench/decisions/speed/peer/requirements.txt'), (line) =>
    options.say(line),
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'pawl-bench-'));
  try {
    const found: AtSize[] = [];
    for (const size of options.quick ? sizes.slice(0, 2) : sizes) found.push(await measureSize(folder, python, size, options));
    return {
      name: 'speed',
      bars: speedBars(found.find(({ rows }) => rows === 1_000_000) ?? null),
      tables: [speedTable(found), errorTable(found)],
      raw: found,
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};

async function measureSize(
  folder: string,
  python: string,
  { rows, peerRounds }: (typeof sizes)[number],
  { seed, quick, say }: PartOptions,
): Promise<AtSize> {
  say(`Writing two files of ${inWords(rows)} rows and ${numbers.length + categories.length} columns.`);
  const files = ['reference', 'sample'].map((name) => path.join(folder, `${name}-${rows}.parquet`)) as [string, string];
  writeRows(files[0], rows, 2 * seed, 0);
  writeRows(files[1], rows, 2 * seed + 1, 0.3);

  const measure = async (how: 'exact' | 'binned') => {
    const { stdout } = await run(process.execPath, [packageFile('dist/bench/decisions/speed/measure.js'), ...files, how], {
      timeoutMs,
    });
    return JSON.parse(stdout) as Measured;
  };
  const [exact, binned, peer]: [Measured[], Measured[], PeerMeasured[]] = [[], [], []];
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    if (round < (quick ? 1 : peerRounds)) {
      say(`Evidently measures ${inWords(rows)} rows.`);
      peer.push(await measureByPeer(python, files));
    }
    exact.push(await measure('exact'));
    binned.push(await measure('binned'));
  }
  const [one, counted, other] = [exact[0]?.features ?? [], binned[0]?.features ?? [], peer[0]?.scores ?? {}];
  checkAgreement(one, other);
  return {
    rows,
    exact: summed(exact),
    binned: summed(binned),
    peer: { seconds: Math.min(...peer.map(({ seconds }) => seconds)), memory: Math.max(...peer.map(({ memory }) => memory)) },
    errors: largestErrors(one, counted),
    rounds: { exact: exact.map(timed), binned: binned.map(timed), peer: peer.map(({ scores: _, ...rest }) => rest) },
    features: one,
  };
}

async function measureByPeer(python: string, files: readonly string[]): Promise<PeerMeasured> {
  const script = packageFile('bench/decisions/speed/peer/measure.py');
  const { stdout } = await run(python, [script, ...files, numbers.join(','), categories.join(',')], {
    timeoutMs,
    env: { ...process.env, DO_NOT_TRACK: '1', PYTHONDONTWRITEBYTECODE: '1' },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerMeasured;
}

const timed = ({ features: _, ...rest }: Measured) => rest;
const summed = (found: readonly Measured[]) => ({
  seconds: median(found.map(({ seconds }) => seconds)),
  memory: Math.max(...found.map(({ memory }) => memory)),
});
