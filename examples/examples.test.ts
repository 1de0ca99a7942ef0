import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFrame } from '../src/data/frame.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import { ingest } from '../src/data/ingest.ts';
import { validate } from '../src/data/validate.ts';
import { packageFile } from '../src/package-root.ts';
import { specDigest } from '../src/spec/digest.ts';
import { parseSpec } from '../src/spec/parse.ts';
import { folderStore } from '../src/storage/folder-store.ts';

it.each([
  ['electricity', { train: 4320, holdout: 336, classes: ['0', '1'] }],
  ['bike-demand', { train: 14_331, holdout: 670, classes: null }],
  ['income', { train: 26_049, holdout: 6512, classes: ['<=50K', '>50K'] }],
])('the rows of %s meet their contract and split into rows to learn from and to evaluate on', async (example, expected) => {
  const store = await mkdtemp(join(tmpdir(), 'pawl-example-'));
  try {
    const objects = folderStore(store);
    const spec = parseSpec(await readFile(packageFile(`examples/${example}/pawl.yaml`), 'utf8'), 'pawl.yaml');
    const snapshot = await ingest({ spec, baseDirectory: packageFile(`examples/${example}`), store: objects });
    const dataset = await validate({ spec, specDigest: specDigest(spec), snapshot, store: objects, now: new Date() });
    const { train, holdout } = splitHoldout(await readFrame(objects, dataset.uri, spec), spec.evaluation.holdout);
    expect({ train: train.rows, holdout: holdout.rows, classes: train.classes }).toEqual(expected);
  } finally {
    await rm(store, { recursive: true, force: true });
  }
});
