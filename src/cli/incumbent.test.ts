import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PawlError } from '../errors.ts';
import { modelSpec, type ModelSpec } from '../spec/schema.ts';
import { incumbentConfig } from './incumbent.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-incumbent-'));
  await writeFile(join(folder, 'two.csv'), 'price,sold\n1,1.0\n2,0\n3,\n4,?\n5,1\n');
  await writeFile(join(folder, 'three.csv'), 'price,sold\n1,low\n2,mid\n3,high\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function specOf(files: string, changes: { champion?: object; contract?: object; task?: string } = {}): ModelSpec {
  return modelSpec.parse({
    model: 'sales',
    task: changes.task ?? 'binary-classification',
    owner: 'shop',
    source: { files },
    contract: {
      label: 'sold',
      missing: ['?'],
      features: { price: { type: 'number' }, holiday: { type: 'boolean' } },
      ...changes.contract,
    },
    champion: { http: 'http://old:8080', ...changes.champion },
  });
}

const refusal = (spec: ModelSpec) =>
  incumbentConfig(spec, folder).then(
    () => null,
    (error: PawlError) => ({ code: error.code, message: error.problems[0]?.message, subject: error.problems[0]?.subject }),
  );

describe('how an endpoint is asked', () => {
  it('follows from the contract, the classes from the labels of the source as the contract reads them', async () => {
    expect(await incumbentConfig(specOf('two.csv'), folder)).toEqual({
      url: 'http://old:8080',
      format: 'v2',
      model: 'sales',
      timeoutMs: 1000,
      signature: {
        format: 1,
        task: 'binary-classification',
        features: [
          { name: 'price', type: 'number' },
          { name: 'holiday', type: 'boolean' },
        ],
        classes: ['0', '1'],
        threshold: 0.5,
      },
      features: ['price', 'holiday'],
    });
  });

  it('takes the classes from the file where they are there, the positive one as the contract says', async () => {
    const champion = { classes: ['1', '0'], features: ['price'], model: 'old' };
    const config = await incumbentConfig(specOf('nowhere.csv', { champion, contract: { positive: '0' } }), folder);
    expect(config).toMatchObject({ model: 'old', features: ['price'], signature: { classes: ['1', '0'] } });
  });

  it('needs no classes for a regression, and is nothing where the file names no endpoint', async () => {
    const spec = specOf('nowhere.csv', { task: 'regression' });
    expect(await incumbentConfig(spec, folder)).toMatchObject({ signature: { classes: null, threshold: null } });
    const { champion: _, ...without } = spec;
    expect(await incumbentConfig(without, folder)).toBeNull();
  });

  it('is a mistake of the file where the classes cannot be known', async () => {
    expect(await refusal(specOf('three.csv'))).toEqual({
      code: 'PAWL_SPEC_INVALID',
      subject: 'champion.classes',
      message: 'champion.classes is needed: the column sold of the source holds high, low, mid.',
    });
    expect((await refusal(specOf('nowhere.csv')))?.message).toMatch(/the source cannot be read: .*nowhere\.csv/);
    expect((await refusal(specOf('two.csv', { contract: { positive: 'yes' } })))?.message).toMatch(
      /positive is yes, and there are 0 and 1/,
    );
  });
});
