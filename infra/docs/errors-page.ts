import { catalogue } from '../../src/error-catalogue.ts';

/** docs/errors.md: every code with what happened and what to do. A test keeps the page in step with the catalogue. */
export function errorsPage(): string {
  const sections = Object.entries(catalogue)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { status, what, todo }]) => `## ${code}\n\n${what}\n\n**What to do:** ${todo}\n\nOver HTTP: ${String(status)}.\n`,
    );
  return [
    '# Errors',
    '',
    'Every error that pawl raises on purpose has a code. With the code it says what happened, where (file, line and column',
    'where there are such), and what to do. Written from `src/error-catalogue.ts` by `npm run errors`.',
    '',
    ...sections,
  ].join('\n');
}
