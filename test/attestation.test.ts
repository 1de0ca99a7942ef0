import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonUnavailable, pythonEnvironment } from '../infra/programs/python-environment.ts';
import { runPawl } from '../infra/processes/pawl-command.ts';
import { run } from '../infra/programs/run.ts';
import { newSigningKey, pemOf, signerOf } from '../src/attestation/keys.ts';
import type { VerifiedVersion } from '../src/attestation/verify-version.ts';
import { packageFile } from '../src/package-root.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getRelease } from '../src/registry/releases.ts';
import { getVersion } from '../src/registry/versions.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

let pawl: RunningPawl;

const failing = (value: unknown) =>
  (value as { versions: VerifiedVersion[] }).versions.flatMap(({ checks }) =>
    checks.filter(({ result }) => result === 'fails').map(({ subject }) => subject),
  );

/** One byte of a file is another while the work runs. */
async function withAnotherByte(file: string, work: () => Promise<void>): Promise<void> {
  const bytes = await readFile(file);
  const damaged = Buffer.from(bytes);
  const middle = damaged.length >> 1;
  damaged[middle] = (damaged[middle] ?? 0) ^ 1;
  await writeFile(file, damaged);
  try {
    await work();
  } finally {
    await writeFile(file, bytes);
  }
}

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout, 'release.approval=required');
  await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'first version');
  const id = `${pawl.model}/1`;
  await until(
    `${id} waits for approval`,
    async () => (await getRelease(pawl.registry, id).catch(() => null))?.stage === 'approval',
  );
  await pawl.done('approve', pawl.model, '--by', 'grace', '--reason', 'the numbers hold');
  await until(`${id} ended`, async () => (await getRelease(pawl.registry, id)).endedAt !== null);
});
afterAll(() => pawl?.stop());

/** As somebody would who has more rights in the registry than pawl takes for itself. */
async function tamper(table: 'versions' | 'attestations', change: RawBuilder<unknown>): Promise<void> {
  await pawl.registry.db.transaction().execute(async (work) => {
    await sql`ALTER TABLE ${sql.table(table)} DISABLE TRIGGER append_only`.execute(work);
    await change.execute(work);
    await sql`ALTER TABLE ${sql.table(table)} ENABLE TRIGGER append_only`.execute(work);
  });
}

describe('a version that was released under a key', () => {
  it('is served where attestations are required, and verified with who approved it', async () => {
    expect(await getRelease(pawl.registry, `${pawl.model}/1`)).toMatchObject({ outcome: 'promoted' });
    const { code, value } = await pawl.run('verify', pawl.model);
    expect(value).toMatchObject({
      versions: [{ version: 1, holds: true, admission: { by: 'grace', because: 'grace approved v1: the numbers hold' } }],
    });
    expect(code).toBe(0);
  });

  it('does not hold once a byte of the artifact or of the dataset is another: exit code 1, and what it is', async () => {
    const { uri, datasetDigest } = await getVersion(pawl.registry, pawl.model, 1);
    const dataset = join(pawl.folder, 'store', 'datasets', `${datasetDigest?.slice(7) ?? ''}.parquet`);
    for (const [file, subject] of [
      [fileURLToPath(uri), 'artifact bytes'],
      [dataset, 'dataset bytes'],
    ] as const)
      await withAnotherByte(file, async () => {
        const { code, value } = await pawl.run('verify', pawl.model, 'v1');
        expect([code, failing(value)]).toEqual([1, [subject]]);
      });
    expect((await pawl.run('verify', pawl.model, 'v1')).code).toBe(0);
  });

  it('does not hold for somebody who trusts another key, and cannot be verified without any', async () => {
    const trusted = join(pawl.folder, 'others.pem');
    await writeFile(trusted, pemOf([signerOf(newSigningKey()).publicKey]));
    const others = await runPawl({ ...pawl.environment, PAWL_TRUSTED_KEYS: trusted }, ['verify', pawl.model]);
    expect([others.code, failing(others.value)]).toEqual([1, ['key']]);
    const { PAWL_TRUSTED_KEYS: _, PAWL_ATTESTATIONS: __, ...keyless } = pawl.environment;
    const none = await runPawl(keyless, ['verify', pawl.model], pawl.folder);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/PAWL_SETTINGS_INVALID.*PAWL_TRUSTED_KEYS is not set/s);
  });

  it('takes its envelope and the public keys along in a bundle, where in-toto verifies them without pawl', async (context) => {
    const out = join(pawl.folder, 'bundle');
    const manifest = (await pawl.done('bundle', pawl.model, '--out', out)) as {
      champion: { file: string; attestation: { file: string } };
      keys: { file: string };
    };
    const python = await pythonEnvironment('attestation', packageFile('test/attestation/requirements.txt'), (line) =>
      process.stderr.write(`${line}\n`),
    ).catch((error: unknown) => {
      if (error instanceof PythonUnavailable) return context.skip(error.message);
      throw error;
    });
    const [keys, envelope, artifact] = [manifest.keys.file, manifest.champion.attestation.file, manifest.champion.file].map(
      (file) => join(out, file),
    ) as [string, string, string];
    const verify = () => run(python, [packageFile('test/attestation/verify.py'), keys, envelope, artifact]);
    expect(JSON.parse((await verify()).stdout)).toMatchObject({
      subject: { name: `${pawl.model}/v1` },
      dependencies: ['dataset'],
      admission: { by: 'grace' },
    });
    await withAnotherByte(envelope, () => expect(verify()).rejects.toThrow());
    await withAnotherByte(artifact, () => expect(verify()).rejects.toThrow(/the artifact has the digest/));
    // The packages come from PyPI the first time.
  }, 300_000);
});

describe('a registry that was changed', () => {
  it('while an approval is awaited ends the release: rejected, with what was changed, and the champion stays', async () => {
    const id = `${pawl.model}/2`;
    await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'second version', '--override-gates');
    await until(
      `${id} waits for approval`,
      async () => (await getRelease(pawl.registry, id).catch(() => null))?.stage === 'approval',
    );
    await tamper('versions', sql`UPDATE versions SET metrics = '{"auc": 0.99}' WHERE version = 2`);
    await pawl.done('approve', pawl.model, '--by', 'grace', '--reason', 'auc of 0.99');
    await until(`${id} ended`, async () => (await getRelease(pawl.registry, id)).endedAt !== null);
    const { outcome, because } = await getRelease(pawl.registry, id);
    expect(outcome).toBe('rejected');
    expect(because).toMatch(/The registry says something else of .*\/v2 than was signed: metrics/);
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
  }, 120_000);

  it('by which an attestation was taken away is told, and a person may sign for the version in its place', async () => {
    await tamper('attestations', sql`DELETE FROM attestations WHERE version = 1`);
    const without = await pawl.run('verify', pawl.model);
    expect([without.code, failing(without.value)]).toEqual([1, ['attestation']]);
    expect(await pawl.done('attest', pawl.model, 'v1', '--by', 'grace', '--reason', 'restored from the archive')).toMatchObject({
      version: 1,
      because: expect.stringContaining('on the word of grace') as string,
    });
    expect(await pawl.done('verify', pawl.model, 'v1')).toMatchObject({
      versions: [{ holds: true, admission: { by: 'grace', because: 'restored from the archive', adopted: true } }],
    });
  });
});
