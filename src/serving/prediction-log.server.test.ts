import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GatewayBed } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { applySpec } from '../registry/specs.ts';
import { modelSpec } from '../spec/schema.ts';
import { findPrediction } from './find-prediction.ts';
import { ValueHasher } from './value-hasher.ts';

let bed: GatewayBed;
beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
});
afterEach(() => bed.close());

it('logs of each feature what pawl.yaml says, and writes nothing else of it to any disk', async () => {
  const spec = modelSpec.parse({
    model: bed.model,
    task: 'binary-classification',
    owner: 'tests',
    source: { files: '*.csv' },
    contract: {
      label: 'class',
      features: { price: { type: 'number', log: 'drop' }, region: { type: 'category', log: 'hash' } },
    },
  });
  await applySpec(bed.registry, { spec, digest: 'other', source: '', baseDirectory: '/', by: 'tests' });
  const version = await bed.register(smallModel());
  const revision = await bed.setTraffic({ champion: version });
  // Nothing is shipped before the end: the spool is looked at first.
  const client = await bed.startGateway({ logHashKey: 'a secret of the tests', segmentMs: 3_600_000 });
  await vi.waitFor(async () => expect(await client.inForce(revision, version)).toBe(true), 10_000);
  const answer = await client.predict({ row: { price: 0.123456789, region: 'a region that nobody may know' }, key: 'k' });
  const id = answer.predictions[0]?.id ?? '';

  const spool = join(bed.directory, 'spool', 'predictions', bed.model);
  const waiting = async () => Promise.all((await readdir(spool)).map((name) => readFile(join(spool, name))));
  await vi.waitFor(async () => expect(Buffer.concat(await waiting()).includes(id)).toBe(true), 10_000);
  const price = Buffer.alloc(8);
  price.writeDoubleLE(0.123456789);
  for (const original of ['a region that', '0.123456789', price])
    expect(Buffer.concat(await waiting()).includes(original)).toBe(false);

  await client.gateway?.close();
  const hash = new ValueHasher(bed.model, 'a secret of the tests')
    .hash('region', 'a region that nobody may know')
    .toString('hex');
  expect(await findPrediction(bed.store, bed.model, id)).toMatchObject([
    { id, version, revision, role: 'champion', key: 'k', prediction: answer.predictions[0]?.prediction, row: { region: hash } },
  ]);
  expect((await findPrediction(bed.store, bed.model, id))[0]?.row).not.toHaveProperty('price');
});
