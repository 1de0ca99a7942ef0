import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findProgram } from '../../infra/programs/find.ts';
import { temporalTestServer } from '../../infra/programs/temporal-test-server.ts';

/**
 * Temporal's test server, in which awaiting a workflow's result skips the time that it waits.
 * It costs a JVM, so a test file starts one only when it needs it; `await environment.teardown()` ends it.
 */
export async function startTestServer(): Promise<TestWorkflowEnvironment> {
  const path = await findProgram(temporalTestServer(), { say: (line) => process.stderr.write(`${line}\n`) });
  return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
