import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { timeline } from '../src/registry/timeline.ts';
import { getVersion } from '../src/registry/versions.ts';
import { record } from './histories/record.ts';
import { RunningPawl, until } from './running-pawl.ts';
import { networkFeatures, networkOnnx } from './training/network-onnx.ts';

let pawl: RunningPawl;
const row = (at: number) => Object.fromEntries(networkFeatures.map((name, i) => [name, Math.sin(at * (i + 1))]));

/** Rows whose label no network could know, for gates that let any pass. */
const csv = () => {
  const lines = Array.from({ length: 1200 }, (_, i) => [...Object.values(row(i)), i % 7 < 3 ? 'yes' : 'no'].join());
  return [[...networkFeatures, 'answer'].join(), ...lines].join('\n');
};
const spec = `model: network
task: binary-classification
owner: tests
source: { files: rows.csv }
contract:
  label: answer
  features: { ${networkFeatures.map((name) => `${name}: { type: number }`).join(', ')} }
training: { trainer: import, import: { onnx: team.onnx }, optimize: [graph, int8] }
evaluation: { gates: [{ auc: { at_least: 0.01 } }] }
release: { bake: 1s, lease: 6s }
`;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  writeFileSync(join(pawl.folder, 'rows.csv'), csv());
  writeFileSync(join(pawl.folder, 'network.yaml'), spec);
  writeFileSync(join(pawl.folder, 'team.onnx'), networkOnnx(256));
});
afterAll(() => pawl?.stop());

it('a network that a team brings is made smaller after its gates, signed as it ships, and answers', async () => {
  await pawl.done('apply', join(pawl.folder, 'network.yaml'), '--set', `model=${pawl.model}`);
  const result = await pawl.done('release', pawl.model, '--reason', 'of the team', '--wait');
  expect(result).toMatchObject({ outcome: 'promoted', version: 1 });
  await record(pawl.client, 'release', workflowId.release(pawl.model), 'import-optimized');

  const lines = (await timeline(pawl.registry, pawl.model, 100)).map(({ because }) => because);
  expect(lines.find((line) => line.includes('int8 kept'))).toMatch(/int8 kept: 2\d\d(\.\d)? kB to \d\d(\.\d)? kB/);
  const { uri } = await getVersion(pawl.registry, pawl.model, 1);
  expect((await pawl.store.get(uri)).length).toBeLessThan(100_000);

  // Gateways of these tests load nothing whose digest is not the one that was signed.
  await until('the gateway answers', async () => (await pawl.predict(row(1), 'somebody')).version === 1);
  expect(await pawl.done('verify', pawl.model, 'v1')).toMatchObject({ versions: [{ version: 1, holds: true }] });
}, 120_000);
