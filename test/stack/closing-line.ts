import type { Reporter, TestModule } from 'vitest/node';

/** Ends the report with `N passed, N failed` alone on the last line, for people and for machines that count. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      // A file that cannot be loaded, or whose hooks fail, has failed even if it holds no test that did.
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    // Other reporters and the servers' stop may still print: this is said when everything else has been.
    process.once('exit', (code) => {
      // A run that fails without a test that did (the servers did not start, a server did not stop) has failed too.
      if (code !== 0 && failed === 0) failed = 1;
      process.stdout.write(
        `${String(passed)} passed, ${String(failed)} failed${skipped === 0 ? '' : `, ${String(skipped)} skipped`}\n`,
      );
    });
  }
}
