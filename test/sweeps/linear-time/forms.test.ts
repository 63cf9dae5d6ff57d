import { describeLinearTime } from '../../support/linear-time/describe-linear-time.ts';
import { hostileInputs } from '../../support/linear-time/hostile-inputs.ts';

describeLinearTime(hostileInputs.forms);
