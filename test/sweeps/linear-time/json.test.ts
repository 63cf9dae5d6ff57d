import { describeLinearTime } from '../../support/growth/describe-linear-time.ts';
import { hostileInputs } from '../../support/growth/hostile-inputs.ts';

describeLinearTime(hostileInputs.json);
