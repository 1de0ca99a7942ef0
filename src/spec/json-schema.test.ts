import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { specJsonSchema } from './json-schema.ts';

it('is published as docs/pawl.schema.json: after a change run `npx vitest run src/spec/json-schema -u`', async () => {
  const file = packageFile('docs/pawl.schema.json');
  const text = await format(JSON.stringify(specJsonSchema()), { ...(await resolveConfig(file)), parser: 'json' });
  await expect(text).toMatchFileSnapshot(file);
});

it('knows every key of the first level and refuses others', () => {
  const schema = specJsonSchema();
  expect(Object.keys(schema.properties ?? {})).toEqual(
    expect.arrayContaining(['model', 'contract', 'release', 'monitor', 'schedule']),
  );
  expect(schema.additionalProperties).toBe(false);
});
