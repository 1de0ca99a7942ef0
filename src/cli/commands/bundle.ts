import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { readAssignment } from '../../registry/traffic.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';

export function addBundle(program: Command): void {
  program
    .command('bundle')
    .description('make a folder from which a gateway serves the champion with no other service in reach')
    .argument('<model>')
    .requiredOption('--out <folder>', 'made here; must not be there, or be empty')
    .action(
      action(async ({ session, json }, model: string, options: { out: string }) => {
        await session.requireModel(model);
        const assignment = await readAssignment(session.registry, model);
        if (assignment === null)
          throw new FinalError('PAWL_BUNDLE_IMPOSSIBLE', `${model} has no champion yet; \`pawl release ${model}\` makes one.`);
        const { writeBundle } = await import('../../serving/bundle.ts');
        const manifest = await writeBundle({
          directory: options.out,
          assignment,
          store: session.store,
          trust: session.trust,
          now: new Date(),
        });
        const { champion, former } = manifest;
        print(json, { directory: options.out, ...manifest }, () =>
          [
            `${options.out}: ${model} v${champion.version}${former === null ? '' : `, with v${former.version} to fall back on`}.`,
            `Serve it with: node dist/workers/gateway.js --bundle ${options.out}   (its README.md says more)`,
          ].join('\n'),
        );
        return exitCodes.done;
      }),
    );
}
