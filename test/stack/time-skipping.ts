import { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributes } from '../../src/messages/names.ts';
import { findProgram } from '../../infra/programs/find.ts';
import { temporalTestServer } from '../../infra/programs/temporal-test-server.ts';

/**
 * Temporal's test server, in which awaiting a workflow's result skips the time that it waits.
 * It costs a JVM, so a test file starts one only when it needs it; `await environment.teardown()` ends it.
 */
export async function startTestServer(): Promise<TestWorkflowEnvironment> {
  const path = await findProgram(temporalTestServer(), { say: (line) => process.stderr.write(`${line}\n`) });
  for (let tries = 1; ; tries += 1) {
    try {
      const environment = await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
      await addSearchAttributes(environment);
      return environment;
    } catch (error) {
      // The SDK gives it five seconds, fixed, which a JVM can miss while both cores are busy with other test files.
      if (tries === 3 || !/did not start within/.test(String(error))) throw error;
    }
  }
}

/** This server knows only how to add them, and 2 is the type Keyword in Temporal's API. */
async function addSearchAttributes({ connection, namespace }: TestWorkflowEnvironment): Promise<void> {
  await connection.operatorService.addSearchAttributes({
    namespace: namespace ?? 'default',
    searchAttributes: Object.fromEntries(searchAttributes.map((name) => [name, 2])),
  });
}
