#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addApply } from './commands/apply.ts';
import { addAttest } from './commands/attest.ts';
import { addBacktest } from './commands/backtest.ts';
import { addBundle } from './commands/bundle.ts';
import { addCard } from './commands/card.ts';
import { addChampion } from './commands/champion.ts';
import { addCosts } from './commands/costs.ts';
import { addDev } from './commands/dev.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDrill } from './commands/drill.ts';
import { addDrift } from './commands/drift.ts';
import { addImport } from './commands/import.ts';
import { addExport } from './commands/export.ts';
import { addInit } from './commands/init.ts';
import { addOperate } from './commands/operate.ts';
import { addPredict } from './commands/predict.ts';
import { addRelease } from './commands/release.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStatus } from './commands/status.ts';
import { addTimeline } from './commands/timeline.ts';
import { addTrials } from './commands/trials.ts';
import { addVerify } from './commands/verify.ts';
import { addVersions } from './commands/versions.ts';
import { addWatch } from './commands/watch.ts';
import { addWhy } from './commands/why.ts';
import { exitCodes, printError } from './output.ts';
import { FinalError } from '../errors.ts';
import { packageFile } from '../package-root.ts';

const { version, description } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  version: string;
  description: string;
};

// Whoever reads our output may have had enough of it: `pawl timeline sales | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
});

const program = new Command('pawl')
  .description(description)
  .version(version)
  .option('--json', 'print one JSON document')
  .configureOutput({
    outputError: (text) =>
      printError(
        process.argv.includes('--json'),
        new FinalError(
          'PAWL_USAGE_INVALID',
          text
            .replace(/^error: /, '')
            .replaceAll(/\s*\n\s*/g, ' ')
            .trim(),
        ),
      ),
  })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage));

// Commands take the settings above over when they are added.
for (const add of [
  addInit,
  addDev,
  addApply,
  addRelease,
  addImport,
  addStatus,
  addWatch,
  addTimeline,
  addDrift,
  addVersions,
  addCosts,
  addTrials,
  addDiff,
  addChampion,
  addCard,
  addExport,
  addWhy,
  addVerify,
  addAttest,
  addBundle,
  addPredict,
  addOperate,
  addDrill,
  addSimulate,
  addBacktest,
  addDoctor,
])
  add(program);
for (const command of program.commands) command.option('--json', 'print one JSON document');

await program.parseAsync();
