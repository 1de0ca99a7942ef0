import { describeTrainer } from '../trainer.testsuite.ts';
import { logistic } from './trainer.ts';

describeTrainer(logistic, { l2: 0.5 });
