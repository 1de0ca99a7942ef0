import type { Command } from 'commander';
import type { VerifiedVersion } from '../../attestation/verify-version.ts';
import { FinalError } from '../../errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { readAssignment } from '../../registry/traffic.ts';
import { listVersions } from '../../registry/versions.ts';
import { action } from '../command.ts';
import { versionNumber } from '../option-values.ts';
import { exitCodes, print, when } from '../output.ts';

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('what was signed of a version, and whether it holds; exit code 1 where something does not')
    .argument('<model>')
    .argument('[version]', 'such as v3 (default: those that have traffic, and the champion before)', versionNumber)
    .action(
      action(async ({ session, json }, model: string, version?: number) => {
        await session.requireModel(model);
        const { registry, store, trust } = session;
        if (trust === null)
          throw new FinalError('PAWL_SETTINGS_INVALID', 'No key is trusted here, so no signature can be checked.', {
            problems: [{ subject: 'PAWL_TRUSTED_KEYS', message: 'PAWL_TRUSTED_KEYS is not set.' }],
          });
        const { verifyVersion } = await import('../../attestation/verify-version.ts');
        const versions: VerifiedVersion[] = [];
        for (const one of version === undefined ? await assigned(registry, model) : [version])
          versions.push(await verifyVersion({ registry, store, trust }, model, one));
        print(json, { model, versions }, () =>
          versions.length === 0 ? `${model} has no version yet.` : versions.map((one) => text(model, one)).join('\n\n'),
        );
        return versions.every(({ holds }) => holds) ? exitCodes.done : exitCodes.failed;
      }),
    );
}

/** Those that a gateway loads; all, where nothing is assigned yet. */
async function assigned(registry: Registry, model: string): Promise<number[]> {
  const assignment = await readAssignment(registry, model);
  if (assignment === null) return (await listVersions(registry, model)).map(({ version }) => version);
  const { champion, challenger, former } = assignment;
  return [...new Set([champion, challenger, former].flatMap((one) => (one === null ? [] : [one.version])))];
}

const marks = { holds: 'ok     ', fails: 'FAILED ', unknown: '?      ' } as const;

function text(model: string, { version, holds, signedBy, admission, checks }: VerifiedVersion): string {
  const through = admission === null ? '' : `, let through by ${admission.by} at ${when(admission.at)}`;
  const head = holds
    ? `v${version} of ${model} holds${signedBy === null ? '' : ` (key ${signedBy.slice(0, 12)}${through})`}`
    : `v${version} of ${model} does NOT hold`;
  return [head, ...checks.map(({ subject, result, because }) => `  ${marks[result]} ${subject.padEnd(14)} ${because}`)].join(
    '\n',
  );
}
