import { describe, expect, it } from 'vitest';
import { specDigest } from './digest.ts';
import { parseSpec } from './parse.ts';

const text = `model: sales
task: regression
owner: shop
source: { files: data/*.csv }
contract:
  label: amount
  features:
    price: { type: number }
    weight: { type: number }
`;
const digest = (yaml: string) => specDigest(parseSpec(yaml, 'pawl.yaml'));

describe('specDigest', () => {
  it('is the same where only comments, the order of keys and written-out defaults differ', () => {
    const other = `# the shop's\n${text.replace('owner: shop\n', '')}owner: shop\nrelease: { bake: 60m }\n`;
    expect(digest(other)).toBe(digest(text));
    expect(digest(text)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('is another where a value differs', () => {
    expect(digest(text.replace('price: { type: number }', 'price: { type: number, min: 0 }'))).not.toBe(digest(text));
  });

  it('is another where the features change places: they are the inputs of the model', () => {
    const [price, weight] = ['    price: { type: number }\n', '    weight: { type: number }\n'];
    expect(digest(text.replace(price + weight, weight + price))).not.toBe(digest(text));
  });
});
