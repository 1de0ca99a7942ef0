import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../infra/servers/free-port.ts';
import type { CommandResult } from '../infra/processes/pawl-command.ts';
import { runPawl } from '../infra/processes/pawl-command.ts';
import { newSigningKey } from '../src/attestation/keys.ts';
import { packageFile } from '../src/package-root.ts';
import { RunningPawl, until } from './running-pawl.ts';

let pawl: RunningPawl;
let csv: string;
let row: Record<string, unknown>;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'income' });
  mkdirSync(join(pawl.folder, 'own'));
  csv = join(pawl.folder, 'own', 'income.csv');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const source = `SELECT * FROM read_parquet('${join(pawl.folder, 'example', 'data', 'income.parquet')}') LIMIT 4000`;
  await connection.run(`COPY (${source}) TO '${csv}' (HEADER)`);
  const [first] = (await connection.runAndReadAll(`SELECT * EXCLUDE (id, income) FROM (${source}) LIMIT 1`)).getRowObjectsJson();
  // DuckDB writes 64-bit integers as text.
  row = Object.fromEntries(
    Object.entries(first ?? {}).map(([name, value]) => [name, /^\d+$/.test(String(value)) ? Number(value) : value]),
  );
  connection.closeSync();
});

afterAll(() => pawl?.stop());

const run = (...args: string[]) => pawl.run(...args);
/** With variables of its own: a part that is not there. */
const runWith = (environment: Record<string, string>, ...args: string[]) =>
  runPawl({ ...pawl.environment, ...environment }, args, pawl.folder);
const failure = ({ code, value, stderr }: CommandResult) => ({
  code,
  value,
  error: (JSON.parse(stderr) as { error: { code: string; message: string; todo: string; problems: unknown[] } }).error,
});
const own = () => join(pawl.folder, 'own', 'pawl.yaml');
const named = () => ['--set', `model=${pawl.model}`];

describe('from a CSV to predictions', () => {
  it('writes a pawl.yaml that is checked, applied and released as it is', async () => {
    expect(await run('init', csv, '--out', own())).toMatchObject({
      code: 0,
      value: { file: own(), model: 'income', task: 'binary-classification', label: 'income' },
    });
    expect(failure(await run('init', csv, '--out', own()))).toMatchObject({ code: 1, error: { code: 'PAWL_FILE_EXISTS' } });

    const dry = await run('apply', own(), ...named(), '--dry-run');
    expect(dry).toMatchObject({ code: 0, value: { model: pawl.model, change: 'new', applied: false } });
    expect(failure(await run('status', pawl.model)).error.code).toBe('PAWL_MODEL_NOT_FOUND');

    const quick = [...named(), '--set', 'release.bake=1s', '--set', 'training.params.trees=20'];
    expect(await run('apply', own(), ...quick)).toMatchObject({
      code: 0,
      value: { change: 'new', applied: true, schedule: 'none' },
    });
    expect(await run('apply', own(), ...quick)).toMatchObject({ code: 0, value: { change: 'unchanged' } });

    const released = await run('release', pawl.model, '--wait', '--reason', 'first');
    expect(released).toMatchObject({
      code: 0,
      stderr: '',
      value: { release: `${pawl.model}/1`, outcome: 'promoted', version: 1, metrics: { accuracy: expect.any(Number) as number } },
    });
    expect(Object.keys(released.value as object)).toEqual(['release', 'outcome', 'version', 'because', 'metrics']);
  });

  it('prints the documented shapes, with --json before or after the command', async () => {
    const status = await run('status', pawl.model);
    expect(Object.keys(status.value as object)).toEqual([
      'model',
      'champion',
      'traffic',
      'release',
      'alarms',
      'trigger',
      'labels',
      'outbox',
      'gateways',
    ]);
    expect(status.value).toMatchObject({ model: pawl.model, champion: { version: 1 }, release: { outcome: 'promoted' } });
    expect(JSON.parse(await stdout('', '--json', 'status'))).toMatchObject([{ model: pawl.model }]);
    expect((await run('versions', pawl.model)).value).toMatchObject([{ version: 1, champion: true, overridden: false }]);
    const [line] = (await run('timeline', pawl.model, '--limit', '1')).value as object[];
    expect(Object.keys(line ?? {})).toEqual(['at', 'kind', 'because', 'by', 'release', 'version', 'revision']);
    const parts = (await run('doctor')).value as Finding[];
    expect(parts.filter(({ ok, warnings }) => !ok || warnings.length > 0)).toEqual([]);
  });

  it('predicts a row from the argument and rows from stdin, and tells what the gateway refuses', async () => {
    await until('the gateway has the version', async () => (await run('predict', pawl.model, JSON.stringify(row))).code === 0);
    const piped = await stdout(JSON.stringify([row, row]), 'predict', pawl.model, '--json');
    expect(JSON.parse(piped)).toMatchObject({ model: pawl.model, predictions: [{ version: 1 }, { version: 1 }] });
    expect(await stdout(JSON.stringify(row), 'predict', pawl.model)).toMatch(/^(<=50K|>50K) {2}score 0\.\d+ {2}v1 {2}\S+\n$/);
    const refused = failure(await run('predict', pawl.model, '{}'));
    expect(refused).toMatchObject({ code: 1, value: null, error: { code: 'PAWL_ROW_INVALID' } });
    expect(refused.error.problems).toHaveLength(14);
    expect(failure(await run('predict', pawl.model, '{bad')).error.code).toBe('PAWL_ROW_INVALID');
  });

  it('says why a prediction was what it was, and what it costs', async () => {
    const asked = (await run('predict', pawl.model, JSON.stringify(row), '--key', 'customer-4')).value as {
      predictions: { id: string; prediction: string; score: number }[];
    };
    const [prediction] = asked.predictions;
    const id = prediction?.id ?? '';
    await fetch(`${pawl.gateway}/v1/models/${pawl.model}/feedback`, {
      method: 'POST',
      body: JSON.stringify({ id, label: '>50K' }),
    });
    const why = async () => (await run('why', id)).value as { label: unknown } | null;
    await until('the prediction and its label are there', async () => ((await why())?.label ?? null) !== null);
    expect(await why()).toMatchObject({
      id,
      model: pawl.model,
      answer: { role: 'champion', version: 1, prediction: prediction?.prediction, score: prediction?.score, key: 'customer-4' },
      label: { label: '>50K' },
      traffic: { champion: 1, challenger: null, until: null, writer: 'rollout', step: null },
      version: { version: 1, overridden: false, championSince: [{ by: 'pawl' }] },
      release: { id: `${pawl.model}/1`, outcome: 'promoted', trigger: { kind: 'person', because: 'first' } },
    });
    expect((await run('why', id, '--model', pawl.model)).value).toEqual(await why());
    expect(await stdout('', 'why', id)).toContain(`${id}: v1 of ${pawl.model} answered as champion`);
    const unknown = failure(await run('why', 'nobody-asked', '--model', pawl.model));
    expect(unknown).toMatchObject({ code: 1, error: { code: 'PAWL_PREDICTION_NOT_FOUND' } });
    expect(unknown.error.message).toContain(pawl.model);
    expect((await run('status', pawl.model)).value).toMatchObject({ labels: { received: 1, unknown: 0, conflicting: 0 } });
    await until('the windows say what it costs', async () => {
      const [version] = (await run('versions', pawl.model)).value as { cost: { cpuMicrosPerRow: number | null } | null }[];
      return (version?.cost?.cpuMicrosPerRow ?? 0) > 0;
    });
  });

  it('makes a bundle, once', async () => {
    const folder = join(pawl.folder, 'bundle');
    expect(await run('bundle', pawl.model, '--out', folder)).toMatchObject({
      code: 0,
      value: { champion: { version: 1 }, former: null },
    });
    expect(failure(await run('bundle', pawl.model, '--out', folder)).error.code).toBe('PAWL_FILE_EXISTS');
  });

  it('says why a person is refused', async () => {
    expect(failure(await run('promote', pawl.model, '--reason', 'x')).error).toMatchObject({
      code: 'PAWL_REQUEST_REFUSED',
      message: `No release of ${pawl.model} is running; there is nothing to promote.`,
    });
    expect(failure(await run('rollback', pawl.model, '--reason', 'x')).error.code).toBe('PAWL_NO_WAY_BACK');
  });

  it('ends with 3 when a release is rejected', async () => {
    const impossible = ['--set', 'evaluation.gates=[{ accuracy: { at_least: 0.999 } }]', '--set', 'training.params.trees=20'];
    await pawl.done('apply', own(), ...named(), ...impossible);
    expect(await run('release', pawl.model, '--wait')).toMatchObject({ code: 3, value: { outcome: 'rejected', version: null } });
  });

  it('watches until it is interrupted', async () => {
    const child = spawnPawl('watch', pawl.model, '--json');
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    await until('the first line is there', () => Promise.resolve(seen.includes('\n')));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    for (const line of seen.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('because');
  });
});

describe('what is refused', () => {
  it.each([
    [['nonsense']],
    [['status', 'a', 'b']],
    [['status', '--nope']],
    [['release']],
    [['why']],
    [['bundle', 'a']],
    [['promote', 'a']],
    [['timeline', 'a', '--limit', 'abc']],
    [['release', 'a', '--as-of', 'nonsense']],
    [['release', 'a', '--shuffle-labels']],
    [['predict', 'a', '{}', '--gateway', 'nonsense']],
    [['dev', '--trainers', 'none']],
  ])('%j is wrong usage', async (args) => {
    expect(failure(await run(...args))).toMatchObject({ code: 2, value: null, error: { code: 'PAWL_USAGE_INVALID' } });
  });

  it.each([
    [['status']],
    [['timeline']],
    [['versions']],
    [['watch']],
    [['why', 'an-id', '--model']],
    [['bundle'], ['--out', 'x']],
    [['release']],
    [['predict'], ['{}']],
    [['rollback'], ['--reason', 'x']],
    [['rollback'], ['--break-glass', '--reason', 'x']],
  ])('%j of an unknown model says so', async (command, rest: string[] = []) => {
    expect(failure(await run(...command, 'nobody', ...rest))).toMatchObject({ code: 1, error: { code: 'PAWL_MODEL_NOT_FOUND' } });
  });

  it('tells every mistake of a file with its place', async () => {
    const file = join(pawl.folder, 'wrong.yaml');
    writeFileSync(file, 'model: Not A Name\ntask: guessing\nowner: me\nsource: { file: x }\n');
    const { code, error } = failure(await run('apply', file));
    expect([code, error.code]).toEqual([1, 'PAWL_SPEC_INVALID']);
    expect(error.problems.length).toBeGreaterThanOrEqual(4);
    for (const problem of error.problems)
      expect(problem).toMatchObject({ file, line: expect.any(Number) as number, column: expect.any(Number) as number });
    expect(failure(await run('apply', 'none.yaml')).error.code).toBe('PAWL_SPEC_NOT_FOUND');
  });

  it('names the part that is away', async () => {
    const port = await freePort();
    const away = async (environment: Record<string, string>, ...args: string[]) =>
      failure(await runWith(environment, ...args)).error;
    expect(await away({ PAWL_REGISTRY_URL: `postgres://127.0.0.1:${port}/pawl` }, 'status')).toMatchObject({
      code: 'PAWL_REGISTRY_UNAVAILABLE',
    });
    const temporal = await away({ PAWL_TEMPORAL_ADDRESS: `127.0.0.1:${port}` }, 'pause', pawl.model, '--reason', 'x');
    expect(temporal).toMatchObject({
      code: 'PAWL_TEMPORAL_UNAVAILABLE',
      todo: expect.stringContaining('--break-glass') as string,
    });
    expect(await away({ PAWL_GATEWAY_PORT: String(port) }, 'predict', pawl.model, '{}')).toMatchObject({
      code: 'PAWL_GATEWAY_UNAVAILABLE',
    });
    expect(await away({ PAWL_REGISTRY_URL: 'mysql://x' }, 'status')).toMatchObject({ code: 'PAWL_SETTINGS_INVALID' });
  });

  it('finds with doctor every part that is away, and keys that do not go together or lie open', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const away = { PAWL_MLFLOW_URL: nobody, PAWL_OPENLINEAGE_URL: nobody, PAWL_RAY_ADDRESS: nobody };
    const stranger = join(pawl.folder, 'stranger.pem');
    writeFileSync(stranger, newSigningKey());
    chmodSync(stranger, 0o644);
    const { code, value } = await runWith({ ...away, PAWL_SIGNING_KEY_FILE: stranger }, 'doctor');
    expect(code).toBe(1);
    const faults = (value as Finding[]).filter(({ ok }) => !ok);
    expect(faults.map(({ part, detail }) => [part, /PAWL_\w+/.exec(detail)?.[0]])).toEqual([
      ['keys', 'PAWL_SETTINGS_INVALID'],
      ['mlflow', 'PAWL_MLFLOW_UNAVAILABLE'],
      ['lineage', 'PAWL_LINEAGE_UNAVAILABLE'],
      ['ray', 'PAWL_RAY_UNAVAILABLE'],
    ]);
    expect(faults[0]?.detail).toMatch(/which signs, is not among the 1 key named/);

    const own = join(pawl.folder, 'own-key.pem');
    copyFileSync(pawl.environment['PAWL_SIGNING_KEY_FILE'] ?? '', own);
    chmodSync(own, 0o644);
    const file = join(pawl.folder, 'lineage', 'events.ndjson');
    const open = await runWith({ PAWL_SIGNING_KEY_FILE: own, PAWL_OPENLINEAGE_FILE: file }, 'doctor');
    expect(open.code).toBe(0);
    const found = open.value as Finding[];
    expect(found.find(({ part }) => part === 'lineage')?.detail).toBe(`${file} can be written`);
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([
      expect.stringMatching(/own-key\.pem has mode 644: every user of this machine can sign with it/),
    ]);
  });
});

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly warnings: readonly string[];
}

function spawnPawl(...args: string[]) {
  return spawn(process.execPath, [packageFile('dist/src/cli/main.js'), ...args], {
    env: { ...process.env, ...pawl.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** What a command prints when it is given a text on stdin. */
async function stdout(input: string, ...args: string[]): Promise<string> {
  const child = spawnPawl(...args);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(input);
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
