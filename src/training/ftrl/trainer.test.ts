import { describe } from 'vitest';
import { describeTrainer } from '../trainer.testsuite.ts';
import { ftrl } from './trainer.ts';

describe('in a few passes', () => {
  describeTrainer(ftrl, { l2: 0.1, alpha: 0.2, passes: 5 });
});
