import { expect, it } from 'vitest';
import { parseModelUri } from './model-uri.ts';

it('reads a version by its alias or its number, and nothing else', () => {
  expect(parseModelUri('models:/price@champion')).toEqual({ name: 'price', alias: 'champion' });
  expect(parseModelUri('models:/team price.v2/12')).toEqual({ name: 'team price.v2', version: '12' });
  for (const other of [
    'models:/price',
    'models:/price/Production',
    'models:/price/0',
    'models:/a/b@c',
    'runs:/a/model',
    'models:/@a',
  ])
    expect(parseModelUri(other)).toBeNull();
});
