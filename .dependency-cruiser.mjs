// The rules of the house: which room may import which. `npm run rules` checks them.

/** The rooms whose code is decisions only: the workflow bundle takes them in. */
const pure = '^src/(messages|rollout|monitoring|search|stats)/';
/** What they may take from elsewhere. */
const pureFiles = '^src/(errors|error-catalogue|training/random)\\.[jt]s$';
const tests = '\\.(test|testsuite)\\.[jt]s$';
const temporal = '@temporalio/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'workflows-import-only-pure-code',
      comment:
        'Workflow code is replayed: besides itself it takes values only from the pure rooms; types may come from anywhere.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: tests },
      to: { pathNot: ['^workflows/', pure, pureFiles, '@temporalio/(workflow|common)'] },
    },
    {
      name: 'pure-rooms-stay-pure',
      comment: 'No I/O and no packages in the decisions: they run in workflows, in tests and over recorded histories alike.',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { pathNot: [pure, pureFiles, '^src/evaluation/(metrics|gates)\\.[jt]s$'] },
    },
    {
      name: 'src-does-not-know-its-shell',
      comment: 'The domain does not import the workflows, activities and workers that run it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(workflows|activities|workers)/' },
    },
    {
      name: 'only-the-cli-starts-the-dev-stack',
      comment: 'src/ runs in production; infra/ is what surrounds it. `pawl dev` alone crosses.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '\\.server\\.test\\.[jt]s$'] },
      to: { path: '^infra/' },
    },
    {
      name: 'nothing-needs-the-bench',
      comment: 'What measures pawl is no part of it.',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'only-the-cli-speaks-to-temporal',
      comment: 'Within src/ only cli/ and console/ import Temporal.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|console)/', tests] },
      to: { path: temporal },
    },
    {
      name: 'only-the-registry-speaks-to-postgres',
      comment: 'Every query of the registry is in src/registry/.',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers)/', pathNot: ['^src/registry/', tests] },
      to: { path: 'node_modules/(pg|kysely)/' },
    },
    {
      name: 'only-storage-speaks-to-the-object-store',
      comment: 'Every S3 call is in src/storage/.',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers|infra)/', pathNot: ['^src/storage/', tests] },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'activities-and-workers-do-not-reach-into-workflows',
      comment: 'Both sides meet in src/messages/.',
      severity: 'error',
      from: { path: '^(activities|workers)/', pathNot: tests },
      to: { path: '^workflows/' },
    },
    {
      name: 'shipped-code-does-not-import-tests',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers|infra|bench|examples)/', pathNot: tests },
      to: { path: ['^test/', tests] },
    },
    {
      name: 'shipped-code-uses-shipped-packages',
      comment: 'A package that only development has is missing where pawl is installed.',
      severity: 'error',
      from: { path: '^(src|workflows|activities|workers|infra)/', pathNot: [tests, '^infra/build/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // infra/build/rules.mjs compiles first: types are gone, and `import type` may cross any border.
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.js', '.mjs', '.json'],
    },
  },
};
