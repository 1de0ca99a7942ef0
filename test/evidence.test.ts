import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCard } from '../src/evidence/model-card.ts';
import type { VersionComparison } from '../src/evidence/compare-versions.ts';
import { getRelease } from '../src/registry/releases.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

let pawl: RunningPawl;
let between: string;

/** Two versions, of which the second has other parameters, is let in over a gate and approved, and never takes traffic. */
beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  await pawl.apply(...quickRollout, 'training.params.trees=20');
  await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'first version', '--wait');
  between = new Date().toISOString();
  await pawl.apply(...quickRollout, 'training.params.trees=10', 'release.approval=required', 'card.limits=[not for billing]');
  await pawl.done('release', pawl.model, '--by', 'ada', '--reason', 'fewer trees', '--override-gates');
  const id = `${pawl.model}/2`;
  await until(
    `${id} waits for approval`,
    async () => (await getRelease(pawl.registry, id).catch(() => null))?.stage === 'approval',
  );
  await pawl.done('reject', pawl.model, '--by', 'grace', '--reason', 'too <few> trees');
  await until(`${id} ended`, async () => (await getRelease(pawl.registry, id)).endedAt !== null);
});
afterAll(() => pawl?.stop());

describe('the evidence of a model that has two versions', () => {
  it('tells them apart: other parameters on the same rows, measured against each other', async () => {
    const diff = (await pawl.done('diff', pawl.model, 'v1', 'v2')) as VersionComparison;
    expect(diff).toMatchObject({
      data: { same: true },
      parameters: [{ path: 'trees', from: 20, to: 10 }],
      metrics: { rows: 'the same' },
    });
    expect(diff.spec.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['training.params.trees', 'release.approval', 'card']),
    );
    expect(diff.code.to).toEqual(diff.code.from);
    for (const { metric, from, to, toInterval } of diff.metrics.values)
      expect([metric, typeof from, typeof to, (toInterval?.low ?? NaN) <= (to ?? NaN)]).toEqual([
        metric,
        'number',
        'number',
        true,
      ]);
    expect(diff.bytes.to).toBeLessThan(diff.bytes.from ?? 0);
  });

  it('says who leads and who led, and on what evidence', async () => {
    expect(await pawl.done('champion', pawl.model)).toMatchObject({
      champion: { version: 1, by: 'pawl', until: null },
      decision: { stage: 'bake', action: 'promote' },
      gates: { action: 'pass' },
      trigger: { by: 'ada', because: 'first version' },
      attestation: { keyid: expect.any(String) as string },
      traffic: { champion: 1, challenger: null },
    });
    expect(await pawl.done('champion', pawl.model, '--at', between)).toMatchObject({ champion: { version: 1 } });
    expect(await pawl.done('champion', pawl.model, '--at', '2020-01-01')).toMatchObject({ champion: null, traffic: null });
    expect(await pawl.done('champion', pawl.model, '--list')).toMatchObject([{ version: 1, until: null }]);
    expect((await pawl.run('champion', pawl.model, '--at', '2999-01-01')).code).not.toBe(0);
  });

  it('makes a card of each, the same each time', async () => {
    const card = (await pawl.done('card', pawl.model, 'v2')) as ModelCard;
    expect(card).toMatchObject({
      version: 2,
      owner: 'grid-pricing',
      approval: null,
      override: { by: 'ada' },
      champion: { version: 1 },
    });
    expect(card.limits[0]).toBe('not for billing');
    const files = ['one.json', 'two.json'].map((name) => join(pawl.folder, name));
    for (const file of files) await pawl.done('card', pawl.model, 'v2', '--format', 'cyclonedx', '--out', file);
    const [one, two] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(two).toBe(one);
    expect(JSON.parse(one ?? '')).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: pawl.model, version: 'v2' } },
    });
  });

  it('exports a release as one page, with what was refused and what was signed', async () => {
    const [first, second] = [join(pawl.folder, 'first.html'), join(pawl.folder, 'second.html')];
    expect(await pawl.done('export', `${pawl.model}/1`, '--out', first)).toMatchObject({
      outcome: 'promoted',
      version: 1,
      holds: true,
    });
    const promoted = await readFile(first, 'utf8');
    for (const words of ['id="ramp-chart-title"', 'id="columns"', 'artifact bytes', 'promoted'])
      expect(promoted).toContain(words);
    expect(await pawl.done('export', `${pawl.model}/2`, '--out', second)).toMatchObject({ outcome: 'rejected', version: 2 });
    const rejected = await readFile(second, 'utf8');
    expect(rejected).toContain('too &lt;few&gt; trees');
    expect(rejected).toContain('A gate refused it, and ada let it through');
    const unknown = await pawl.run('export', `${pawl.model}/9`, '--out', join(pawl.folder, 'none.html'));
    expect(unknown.stderr).toContain('PAWL_RELEASE_NOT_FOUND');
  });
});
