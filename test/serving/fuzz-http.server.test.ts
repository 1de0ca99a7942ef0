import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedbackBody, inferBody, predictBody, spliced, withMutations } from './fuzz-arbitraries.ts';
import { FuzzBed, holds, textOf } from './fuzz-bed.ts';
import { speak } from './fuzz-sockets.ts';

const predictPath = '/v1/models/electricity/predict';
const inferPath = '/v2/models/electricity/infer';

let bed: FuzzBed;

beforeAll(async () => {
  bed = await FuzzBed.create();
});
afterAll(() => bed.close());

describe('whatever callers send over HTTP', () => {
  it.each([
    ['predict', predictPath, predictBody],
    ['feedback', '/v1/models/electricity/feedback', feedbackBody],
    ['infer', inferPath, inferBody],
  ])('is answered by %s, or refused with a code', async (_, path, valid: fc.Arbitrary<unknown>) => {
    const body = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue().map(textOf) },
      { weight: 4, arbitrary: withMutations(valid).map(textOf) },
      { weight: 1, arbitrary: spliced(valid.map(textOf)) },
      { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
    );
    await holds(body, 300, async (bytes) => (await bed.post(path, bytes)) < 300);
  });

  it('may have binary tensors of any bytes and any lengths', async () => {
    const tensor = (name: string) =>
      fc.record({
        name: fc.constant(name),
        shape: fc.constantFrom([1], [1, 1], [2], [2, 1], [1, 2], [0], [1e9]),
        datatype: fc.constantFrom('FP32', 'FP64', 'INT16', 'BOOL', 'BYTES'),
        parameters: fc.record({ binary_data_size: fc.oneof(fc.nat(40), fc.constantFrom(4, 8, 7), fc.integer()) }),
      });
    const lucky = fc.constant({
      json: textOf({
        inputs: [
          { name: 'price', shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } },
          { name: 'region', shape: [1], datatype: 'BYTES', parameters: { binary_data_size: 7 } },
        ],
      }),
      bytes: Buffer.concat([Buffer.from(Float32Array.of(1).buffer), Buffer.from([3, 0, 0, 0]), Buffer.from('NSW')]),
    });
    const random = fc.record({
      json: fc.tuple(tensor('price'), tensor('region')).map((inputs) => textOf({ inputs })),
      bytes: fc.uint8Array({ maxLength: 80 }),
    });
    const length = fc.option(fc.oneof(fc.nat(500).map(String), fc.constantFrom('-1', '1e2', '99999999999', ' 5')));
    await holds(
      fc.tuple(fc.oneof(lucky, random), fc.oneof({ weight: 3, arbitrary: fc.constant('right') }, length)),
      300,
      async ([{ json, bytes }, said]) => {
        const header = said === 'right' ? String(json.length) : said;
        const headers: Record<string, string> = header === null ? {} : { 'inference-header-content-length': header };
        return (await bed.post(inferPath, Buffer.concat([json, bytes]), headers)) < 300;
      },
    );
  });

  it('may have any headers that say who is calling', async () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 250 }).map((value) => value.trim());
    const headers = fc.record(
      {
        'x-pawl-key': fc.oneof(ascii, fc.constant('k')),
        'x-pawl-segment': fc.oneof(ascii, fc.constant('s')),
        'x-pawl-experiment': fc.constantFrom('off', 'off', 'on', ''),
        'x-pawl-version': fc.constantFrom('1', '2', 'v1', '0', '', 'latest', '9'.repeat(30)),
      },
      { requiredKeys: [] },
    );
    await holds(
      headers,
      100,
      async (sent) => (await bed.post(predictPath, textOf({ row: { price: 1, region: null } }), sent)) < 300,
    );
  });

  it('may go to any path by any method', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'v1',
        'v2',
        'models',
        'electricity',
        'infer',
        'predict',
        'versions',
        '1',
        'ready',
        'health',
        '%',
        '%2F',
        '..',
        '',
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
    );
    const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`);
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD');
    await holds(fc.tuple(fc.oneof(path, fc.constant('/v2')), method), 200, async ([target, verb]) => {
      const { answers, closed } = await speak(bed.httpPort, {
        pieces: [Buffer.from(`${verb} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)],
        ending: 'half-close',
      });
      expect(closed).toBe(true);
      expect(answers).toHaveLength(1);
      const [{ status, body } = { status: 0, body: '' }] = answers;
      if (verb === 'HEAD') expect(status).toBeLessThan(500);
      else bed.check(status, body);
      return status < 300;
    });
  });

  it('may have more mistakes than anybody reads', async () => {
    const body = textOf({ rows: Array.from({ length: 5000 }, () => ({})) });
    const response = await fetch(`${bed.client.address}${predictPath}`, { method: 'POST', body });
    const { error } = (await response.json()) as { error: { code: string; problems: unknown[] } };
    expect(error).toMatchObject({ code: 'PAWL_ROW_INVALID', message: expect.stringContaining('at least 100') as string });
    expect(error.problems).toHaveLength(100);
  });

  it('leaves the gateway alive, with a log of what it answered and nothing else', () => bed.checkLog());
});
