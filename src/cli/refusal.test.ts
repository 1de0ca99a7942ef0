import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { refusal } from './refusal.ts';

const inActivity = (cause: Error) =>
  new WorkflowUpdateFailedError(
    'Workflow Update failed',
    new ActivityFailure('Activity task failed', 'revertChampion', '1', RetryState.NON_RETRYABLE_FAILURE, 'worker', cause),
  );

it('keeps the code and the problems that an activity failed with, however deep', () => {
  const cause = ApplicationFailure.create({
    type: 'NoWayBack',
    message: 'PAWL_NO_WAY_BACK: sales has no champion to go back to.\n  To do: …',
    details: [{ code: 'PAWL_NO_WAY_BACK', message: 'sales has no champion to go back to.', problems: [{ message: 'v1' }] }],
    cause: ApplicationFailure.create({ message: 'the stack' }),
  });
  expect(refusal(inActivity(cause))).toMatchObject({
    code: 'PAWL_NO_WAY_BACK',
    message: 'sales has no champion to go back to.',
    problems: [{ message: 'v1' }],
  });
});

it('says the innermost words where there is no code', () => {
  expect(
    refusal(inActivity(ApplicationFailure.create({ message: 'the disk is full', details: [{ code: 'EDISK' }] }))),
  ).toMatchObject({
    code: 'PAWL_REQUEST_REFUSED',
    message: 'the disk is full',
  });
});
