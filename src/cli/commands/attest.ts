import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { getVersion } from '../../registry/versions.ts';
import { action } from '../command.ts';
import { versionNumber } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';
import { whoAsks } from '../session.ts';

export function addAttest(program: Command): void {
  program
    .command('attest')
    .description('sign for a version by hand: one of before there were attestations, or with a new key')
    .argument('<model>')
    .argument('<version>', 'such as v3', versionNumber)
    .requiredOption('--reason <text>', 'why; signed with it')
    .option('--by <name>', 'whose name to sign with it (default: yours)')
    .action(
      action(async ({ session, json }, model: string, version: number, options: { reason: string; by?: string }) => {
        await session.requireModel(model);
        const { registry, store, signer, trust } = session;
        if (signer === null)
          throw new FinalError('PAWL_SETTINGS_INVALID', 'There is no key to sign with.', {
            problems: [{ subject: 'PAWL_SIGNING_KEY_FILE', message: 'PAWL_SIGNING_KEY_FILE is not set.' }],
          });
        const { attestByHand } = await import('../../attestation/attest-version.ts');
        const { digestOf } = await import('../../serving/local-cache.ts');
        const { uri, digest, incumbent } = await getVersion(registry, model, version);
        // Nobody signs for bytes that are not those of the registry.
        const found = incumbent === null ? digestOf(await store.get(uri)) : digest;
        if (found !== digest)
          throw new FinalError(
            'PAWL_ARTIFACT_DAMAGED',
            `The artifact of v${version} has digest ${found}, not ${digest} as registered.`,
          );
        const by = whoAsks(options.by);
        const because = await attestByHand(
          { registry, signer, trust },
          { model, version, by, because: options.reason, at: new Date() },
        );
        print(json, { model, version, keyid: signer.keyid, because }, () => `${because}.`);
        return exitCodes.done;
      }),
    );
}
