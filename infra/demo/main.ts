import { mkdirSync, cpSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { formatError, PawlError } from '../../src/errors.ts';
import { packageFile } from '../../src/package-root.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import { listTriggers } from '../../src/registry/triggers.ts';
import { listVersions } from '../../src/registry/versions.ts';
import { metricsText, table, when } from '../../src/cli/output.ts';
import { startDevStack } from '../dev/stack.ts';
import { aBadVersion, aWorkerDies, theMarketChanges, theMonitorOnlyTells } from './chapters.ts';
import { Market } from './market.ts';
import { Narrator } from './narrator.ts';
import { pawl } from './pawl-command.ts';
import { Replay } from './replay.ts';
import { shortened } from './shortened.ts';
import { model, releases, type Stage } from './stage.ts';
import { Story } from './story.ts';

const firstDay = new Date('1996-05-07T00:00:00Z');
/** v1 learns from the rows before; traffic begins here. */
const opening = new Date('1997-04-28T00:00:00Z');
const lastDay = new Date('1997-12-31T00:00:00Z');
const rowsPerSecond = 60;

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const story = new Story();
story.say('pawl: the main job, on the New South Wales electricity market of 1997.');

const home = join('.pawl', 'demo');
rmSync(home, { recursive: true, force: true });
const folder = join(home, 'model');
mkdirSync(join(folder, 'data'), { recursive: true });
cpSync(packageFile('examples/electricity/pawl.yaml'), join(folder, 'pawl.yaml'));
const specFile = relative(process.cwd(), join(folder, 'pawl.yaml'));

const market = await Market.open(packageFile('examples/electricity/data/*.parquet'));
const stack = await startDevStack({
  directory: home,
  trainers: 2,
  whenPortTaken: 'move',
  environment: { PAWL_SEGMENT_MS: '1000', PAWL_WINDOW_MS: '500' },
  say: (line) => story.say(line),
});
const environment = stack.environment;
const registry = openRegistry(environment['PAWL_REGISTRY_URL'] ?? '');
let replay: Replay | null = null;
try {
  story.chapter('The first release learns from the rows before May 1997.');
  await market.land(join(folder, 'data'), firstDay, opening);
  await pawl(story, environment, ['apply', specFile, ...shortened.flatMap((value) => ['--set', value])]);
  const narrator = new Narrator(registry, model, story);
  const first = await pawl(story, environment, ['release', model, '--by', 'ada', '--reason', 'first version', '--wait']);
  await narrator.listen();
  story.say(`v${String(first['version'])} is champion: ${String(first['because'])}`);

  replay = new Replay({
    market,
    rows: await market.between(opening, lastDay),
    gateway: stack.addresses.gateway,
    model,
    folder: join(folder, 'data'),
    rate: rowsPerSecond,
  });
  const stage: Stage = { story, narrator, registry, environment, replay };
  const traffic = replay.run();
  await theMarketChanges(stage);
  await theMonitorOnlyTells(stage, specFile);
  await aBadVersion(stage);
  await aWorkerDies(stage, stack, specFile);
  replay.stop();
  await traffic;
  story.endStatus();

  story.chapter('What the registry says of it.');
  const versions = await listVersions(registry, model);
  story.say(
    `\n${table(
      ['version', 'release', 'registered', 'on its hold-out'],
      versions.map((version) => [`v${version.version}`, version.release, when(version.createdAt), metricsText(version.metrics)]),
    )}`,
  );
  const triggers = await listTriggers(registry, model);
  story.say(
    `\n${table(
      ['trigger', 'release', 'because'],
      triggers.map((trigger) => [trigger.kind, trigger.release, trigger.because]),
    )}`,
  );
  story.say(
    `\n${table(
      ['release', 'ended', 'because'],
      (await releases(stage)).map((release) => [release.id, release.outcome, release.because]),
    )}`,
  );
  story.say(`${replay.sent} requests, ${replay.failed} of them failed.`);
  story.say(`Temporal UI ${stack.addresses.temporalUi}   gateway ${stack.addresses.gateway}`);
  if (options.keep) {
    story.say('Everything keeps running (--keep). Ctrl-C stops it.');
    await stack.stopped;
  }
} catch (error) {
  story.endStatus();
  story.say(
    error instanceof PawlError ? formatError(error) : error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  process.exitCode = 1;
} finally {
  replay?.stop();
  market.close();
  await registry.close();
  await stack.stop();
}
