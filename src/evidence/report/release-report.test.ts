import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { exampleRelease, replaceTexts } from '../example-release.testsuite.ts';
import { type ReleaseEvidence, releaseReport } from './release-report.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** The page as a browser builds it, and every mistake that it had to mend. */
function read(evidence: ReleaseEvidence) {
  const page = releaseReport(evidence);
  const mistakes: string[] = [];
  const tree = parse(page, { onParseError: ({ code, startLine }) => mistakes.push(`${code} in line ${startLine}`) });
  const all: Element[] = [];
  const walk = (node: Node) => {
    if ('tagName' in node) all.push(node);
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  walk(tree);
  return { page, mistakes, all, named: (name: string) => all.filter(({ tagName }) => tagName === name) };
}

const attribute = (element: Element | undefined, name: string) => element?.attrs.find((one) => one.name === name)?.value;

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** All that the registry may hold of a release that came to nothing. */
function rejected(): ReleaseEvidence {
  const nothing = {
    version: null,
    evaluation: null,
    dataset: null,
    manifest: null,
    served: null,
    signatures: null,
    trigger: null,
    search: null,
  };
  const lists = { steps: [], decisions: [], operations: [], revisions: [], counts: [], reigns: [] };
  const example = exampleRelease();
  return { ...example, ...nothing, ...lists, release: { ...example.release, outcome: null, because: null, endedAt: null } };
}

describe('a report of a release', () => {
  it('is well-formed HTML with a language, a title, one heading of the page and one of each part, whatever is known', () => {
    for (const evidence of [exampleRelease(), rejected()]) {
      const { mistakes, named } = read(evidence);
      expect(mistakes).toEqual([]);
      expect(attribute(named('html')[0], 'lang')).toBe('en');
      expect(textOf(named('title')[0] as Element)).toContain('Release electricity/3');
      expect([
        named('h1').length,
        named('main').length,
        named('header').length,
        named('footer').length,
        named('nav').length,
      ]).toEqual([1, 1, 1, 1, 1]);
      expect(named('h2').length).toBe(named('section').length);
    }
  });

  it('names everything once: contents, parts, tables and pictures refer to what is there', () => {
    const { all, named } = read(exampleRelease());
    const ids = all.flatMap((element) => attribute(element, 'id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const referred = [
      ...named('a').map((link) => attribute(link, 'href')?.slice(1)),
      ...all.flatMap((element) => attribute(element, 'aria-labelledby')?.split(' ') ?? []),
    ];
    expect(referred.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
    const contents = named('a').filter(
      (link) => attribute(link, 'class') === undefined && attribute(link, 'href') !== '#evaluation',
    );
    expect(contents.map(textOf)).toEqual([
      'Overview',
      'Steps',
      'Data',
      'Search for parameters',
      'Training',
      'Rollout',
      'Decisions',
      'Approvals, overrides and requests',
      'Signatures',
      'pawl.yaml',
    ]);
  });

  it('has a caption and headings in every table, and words in place of every picture', () => {
    const { named } = read(exampleRelease());
    expect(named('table').length).toBe(named('caption').length);
    expect(named('th').every((cell) => ['col', 'row'].includes(attribute(cell, 'scope') ?? ''))).toBe(true);
    for (const row of named('tr')) expect(row.childNodes.some((cell) => 'tagName' in cell && cell.tagName === 'th')).toBe(true);
    expect(named('svg').length).toBe(3);
    for (const svg of named('svg')) {
      expect(attribute(svg, 'role')).toBe('img');
      expect(
        svg.childNodes
          .map((node) => ('tagName' in node ? node.tagName : ''))
          .filter(Boolean)
          .slice(0, 2),
      ).toEqual(['title', 'desc']);
    }
    const described = named('desc').map(textOf).join('\n').replaceAll(/\s+/g, ' ');
    expect(described).toContain('v3 answered 0 % for 24 min, then 25 % for 30 min, then 100 % for 1 h');
    expect(described).toContain('5 % came to 8 %, 95 % came to 90 %');
    expect(described).toContain('nswprice 60 %, period 40 %');
  });

  it('says data, steps, metrics with intervals, gates, groups, shares, decisions, approvals and signatures', () => {
    const { named } = read(exampleRelease());
    const said = named('body').map(textOf).join(' ').replaceAll(/\s+/g, ' ');
    for (const words of [
      '2 rows have a period below 0 (set aside)',
      'data/1996.csv (1,234 bytes)',
      'trained again: parameters changed (trees 100 to 200)',
      '0.85 to 0.89, each end with 95 % confidence (bootstrap (BCa))',
      'It was held against v2, the champion, on the same rows.',
      '24 % of 120 (20 % to 30 %)',
      'mid 400.5 (0.4 to 0.6)500.4 (0.3 to 0.5)',
      'low 120 (0 to 0.2)0no such rows',
      '4 trials made: trial 2 with auc 0.85 (leaves 12).',
      '2, chosen leaves 120.8123 at 67 trees, 0.85 at 200 treesdone4 s',
      '1 the parameters as written0.8123 at 67 treesdone2 s',
      '3 leaves 9no luckfailed',
      'Only callers of beta took part.',
      'v2: 900 answered, 1 error, 300 beside',
      '1,204 requests without an error',
      'grace approved v3: the numbers hold',
      'key c0ffee, which is trusted here',
      'release: { bake: 1h }',
    ])
      expect(said).toContain(words);
  });

  it('says of a trial that was taken from an earlier release that it was', () => {
    const example = exampleRelease();
    const trials = example.search?.trials.map((trial) => ({
      ...trial,
      because: trial.state === 'done' ? 'taken from m/2' : null,
    }));
    const { named } = read({ ...example, search: example.search && { ...example.search, trials: trials ?? [] } });
    const said = named('tr').map((row) => textOf(row).replaceAll(/\s+/g, ' ').trim());
    expect(said).toContain('1 the parameters as written0.8123 at 67 treestaken from m/22 s');
  });

  it('loads nothing and runs nothing', () => {
    const { all, named, page } = read(exampleRelease());
    expect(named('script').length + named('link').length + named('img').length + named('iframe').length).toBe(0);
    for (const { attrs } of all)
      for (const { name, value } of attrs) {
        expect(name).not.toMatch(/^on|^style$|^src/);
        if (name === 'href') expect(value).toMatch(/^#/);
      }
    expect(page).not.toMatch(/@import|url\(/);
    const policy = attribute(
      named('meta').find((meta) => attribute(meta, 'http-equiv') !== undefined),
      'content',
    );
    const hash = createHash('sha256')
      .update(textOf(named('style')[0] as Element))
      .digest('base64');
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/);
  });

  it('shows whatever others wrote as text: the page has the same elements and attributes, whatever they wrote', () => {
    const shape = ({ all }: ReturnType<typeof read>) =>
      all.map(({ tagName, attrs }) => `${tagName} ${attrs.map(({ name }) => name).join(' ')}`);
    const harmless = shape(read(replaceTexts(exampleRelease(), 'a text')));
    for (const evil of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' autofocus onfocus='alert(1)",
      '</textarea></style></title></pre></svg><iframe src="javascript:alert(1)">',
      '<!--',
      ']]> &lt;script&gt; &#x3c;b>',
    ]) {
      const found = read(replaceTexts(exampleRelease(), evil));
      expect(found.mistakes).toEqual([]);
      expect(shape(found)).toEqual(harmless);
      expect(found.named('main').map(textOf).join('')).toContain(evil.replaceAll(/\s+/g, ' ').slice(0, 8));
    }
  });

  it('shows characters that cannot be seen, or that turn the text around, by their numbers', () => {
    const { page, mistakes } = read(replaceTexts(exampleRelease(), 'a\u0000b\u202Ec\uD800d'));
    expect(mistakes).toEqual([]);
    expect(page).toContain('a⟨U+0000⟩b⟨U+202E⟩c⟨U+D800⟩d');
  });
});
