import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageFile } from '../../package-root.ts';
import { gbtParams } from './params.ts';

it('docs/trainers.md has every parameter of gbt with its default', () => {
  const page = readFileSync(packageFile('docs/trainers.md'), 'utf8');
  const section = page.slice(page.indexOf('## gbt'), page.indexOf('## logistic'));
  const told = new Map<string, string>();
  for (const [, names = '', value = ''] of section.matchAll(/^\| (`[^|]+) \| ([^|]*) \|/gm)) {
    for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) told.set(name, value);
  }
  const usual: Record<string, unknown> = { loss: 'squared', alpha: 0.5, early_stopping: 'none', ...gbtParams.parse({}) };
  for (const name of Object.keys(gbtParams.shape)) expect([name, told.get(name)]).toEqual([name, String(usual[name] ?? 'none')]);
});
