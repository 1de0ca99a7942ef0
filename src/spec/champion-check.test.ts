import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const file = (...lines: string[]) =>
  [
    'model: sales',
    'task: binary-classification',
    'owner: shop',
    'source: { files: data.csv }',
    'contract: { label: sold, positive: "yes", features: { price: { type: number }, region: { type: category } } }',
    ...lines,
  ].join('\n');

function mistakesOf(text: string): string[] {
  try {
    parseSpec(text, 'pawl.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    return error.problems.map(({ line, message, hint }) => `${line}: ${message} (${hint})`);
  }
}

describe('the endpoint that a file names', () => {
  it('needs its URL only', () => {
    expect(parseSpec(file('champion: { http: "http://old:8080/score" }'), 'pawl.yaml').champion).toEqual({
      http: 'http://old:8080/score',
      format: 'v2',
      timeout: 1000,
    });
  });

  it('is held against the rest of the file, each mistake at its line', () => {
    const mistakes = mistakesOf(
      file('champion:', '  http: http://old', '  features: [price, regoin, weather]', '  classes: [sold, "no"]', '  timeout: 5s'),
    );
    expect(mistakes).toEqual([
      '8: regoin is no feature of the contract (did you mean region?)',
      '8: weather is no feature of the contract (a feature of the contract, which callers send)',
      '9: contract.positive is yes, which is none of champion.classes (both classes)',
      '10: champion.timeout is 5s, and serving.deadline gives every version up after 1s (serving.deadline: 5s or longer)',
    ]);
  });

  it('may take its time where callers may wait', () => {
    expect(
      mistakesOf(file('champion: { http: "http://old", timeout: 5s, classes: ["yes", "no"] }', 'serving: { deadline: 6s }')),
    ).toEqual([]);
  });

  it('carries no credentials', () => {
    expect(mistakesOf(file('champion: { http: "https://me:word@old/score" }')).join()).toMatch(
      /^6: champion.http carries credentials/,
    );
  });

  it('has no classes in a regression', () => {
    const text = file('champion: { http: "http://old", classes: [1, 2] }').replace('binary-classification', 'regression');
    expect(mistakesOf(text)).toContain('6: champion.classes names classes and the task is regression (leave it out)');
  });

  it.each(['ftp://old', 'old:8080', '/score'])('is a URL: %s is none', (url) => {
    expect(mistakesOf(file(`champion: { http: "${url}" }`)).join()).toMatch(/a URL such as http:\/\/host\/path/);
  });

  it('names as many classes as the task has', () => {
    const classes = (list: string, task: string) =>
      mistakesOf(file(`champion: { http: "http://old", classes: [${list}] }`).replace('binary-classification', task));
    expect(classes('"yes", "no", "maybe"', 'binary-classification')).toContain(
      '6: champion.classes has 3 of them and the task is binary-classification (both classes)',
    );
    expect(classes('"yes", "no"', 'multiclass-classification').join()).toContain('(all classes, three or more)');
    expect(classes('a, b, b', 'multiclass-classification').join()).toContain('names a class twice (each class once)');
  });
});
