import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnValue, Graph } from '../../onnx/graph.ts';
import { GraphProto, ModelProto } from '../../onnx/schema.ts';
import { CommandBed } from './command-bed.testsuite.ts';

let bed: CommandBed;
beforeAll(async () => {
  bed = await CommandBed.make();
});
afterAll(() => bed.remove());

/** What was said of a training whose outputs a script has spoilt. */
async function refusal(script: string): Promise<string> {
  const error: unknown = await bed.train(script).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'PAWL_TRAINER_OUTPUT_INVALID', retryable: false });
  const { message, problems } = error as { message: string; problems: { message: string }[] };
  return [message, ...problems.map((problem) => problem.message)].join('\n');
}

/** A graph whose score is what `build` makes of the inputs, handed in with the right report and golden rows. */
async function refusalOf(
  build: (graph: Graph) => void,
  inputs: readonly string[] = ['signal', 'noise', 'constant', 'absent', 'flag'],
): Promise<string> {
  const graph = new Graph('team');
  build(graph);
  const values = GraphProto.fromObject({
    name: 'team',
    input: [...inputs.map((name) => columnValue(name, 1)), columnValue('region', 8)],
    output: [columnValue('score', 1)],
  });
  const model = ModelProto.fromObject({ ir_version: 9, opset_import: [{ domain: '', version: 18 }] });
  const body = Buffer.concat([graph.encodePart(), GraphProto.encode(values).finish()]);
  const bytes = Buffer.concat([ModelProto.encode(model).finish(), header(7, body.length), body]);
  await writeFile(join(bed.folder, 'spoilt.onnx'), bytes);
  return refusal('hand_in; cp spoilt.onnx "$out/model.onnx"');
}

/** Tag and length of a length-delimited field. */
function header(field: number, length: number): Uint8Array {
  const bytes = [(field << 3) | 2];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) return Uint8Array.from(bytes);
  }
}

describe('what a trainer leaves is refused', () => {
  it('where files are missing: all of them named', async () => {
    expect(await refusal('true')).toMatch(
      /model\.onnx: it is missing[^]*report\.json: it is missing[^]*golden\.json: it is missing/,
    );
  });

  it('where they are garbage', async () => {
    const said = await refusal('for f in model.onnx report.json golden.json; do echo "}garbage{" > "$out/$f"; done');
    expect(said).toMatch(/report\.json: [^]*not valid JSON[^]*golden\.json: [^]*not valid JSON/);
    expect(await refusal('hand_in; head -c 5000 /dev/urandom > "$out/model.onnx"')).toContain('model.onnx');
    expect(await refusal('hand_in; echo garbage > "$out/model.onnx"')).toContain('model.onnx');
  });

  it('where a metric is NaN', async () => {
    expect(await refusal(`hand_in; echo '{"metrics": {"auc": NaN}}' > "$out/report.json"`)).toContain('report.json');
  });

  it('where importances are of no feature', async () => {
    const said = await refusal(`hand_in; echo '{"importances": {"signl": 1}}' > "$out/report.json"`);
    expect(said).toContain('signl, which is no feature');
  });

  it('where the model has 2 GB, without reading it', async () => {
    expect(await refusal('hand_in; truncate -s 2000000000 "$out/model.onnx"')).toContain('2.0 GB and 500 MB are taken');
  });

  it('where the model is a link to elsewhere, or a pipe', async () => {
    expect(await refusal('hand_in; ln -sf /etc/passwd "$out/model.onnx"')).toContain('cannot be read');
    expect(await refusal('hand_in; rm "$out/model.onnx"; mkfifo "$out/model.onnx"')).toContain('it is no file');
  });

  it('where it scores the golden rows otherwise', async () => {
    const scores = bed.right.scores.map((score, i) => (i === 3 ? score + 2e-5 : score));
    await writeFile(join(bed.folder, 'off.json'), JSON.stringify({ rows: even(), scores }));
    expect(await refusal('hand_in; cp off.json "$out/golden.json"')).toMatch(/row 6 of the file scores .* by the trainer/);
  });

  it('where golden rows are others than those asked for', async () => {
    await writeFile(join(bed.folder, 'few.json'), JSON.stringify({ rows: [0], scores: [0.5] }));
    expect(await refusal('hand_in; cp few.json "$out/golden.json"')).toContain('rows are not the 200 that the job asks for');
  });

  it('where its inputs are not the features', async () => {
    const said = await refusalOf(
      (graph) => graph.node('Sigmoid', ['signal'], {}, '', 'score'),
      ['signal', 'sound', 'constant', 'flag'],
    );
    expect(said).toContain('its input for noise is missing');
    expect(said).toContain('its input for absent is missing');
    expect(said).toContain('no feature is its input sound');
  });

  it('where an operator is none of the standard', async () => {
    const said = await refusalOf((graph) => graph.node('Wizard', ['signal'], {}, 'com.team' as '', 'score'));
    expect(said).toContain('com.team.Wizard (1 node) is not of the ONNX standard');
  });

  it('where its scores are NaN, or no probabilities', async () => {
    expect(await refusalOf((graph) => graph.node('Sigmoid', ['absent'], {}, '', 'score'))).toMatch(
      /scores NaN: not a probability/,
    );
    expect(await refusalOf((graph) => graph.node('Identity', ['noise'], {}, '', 'score'))).toMatch(
      /row \d+ scores .*: not a probability/,
    );
  });

  it('where ONNX Runtime cannot load it', async () => {
    expect(await refusalOf((graph) => graph.node('Sigmoid', ['nowhere'], {}, '', 'score'))).toContain('cannot be loaded');
  });
});

const even = () => Array.from({ length: 200 }, (_, i) => i * 2);
