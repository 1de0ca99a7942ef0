#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addApply } from './commands/apply.ts';
import { addDev } from './commands/dev.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInit } from './commands/init.ts';
import { addOperate } from './commands/operate.ts';
import { addPredict } from './commands/predict.ts';
import { addRelease } from './commands/release.ts';
import { addStatus } from './commands/status.ts';
import { addTimeline } from './commands/timeline.ts';
import { addVersions } from './commands/versions.ts';
import { exitCodes } from './output.ts';
import { packageFile } from '../package-root.ts';

const { version, description } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  version: string;
  description: string;
};

const program = new Command('pawl')
  .description(description)
  .version(version)
  .option('--json', 'print one JSON document')
  .showHelpAfterError('(pawl --help lists the commands)');

for (const add of [addInit, addDev, addApply, addRelease, addStatus, addTimeline, addVersions, addPredict, addOperate, addDoctor])
  add(program);

for (const command of program.commands) {
  command.option('--json', 'print one JSON document');
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage));
}
program.exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage));
await program.parseAsync();
