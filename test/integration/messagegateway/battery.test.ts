/** The battery of every brain, over the sandbox. It moves to the list of benches once the brain is in the list of brains. */
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { runBrainBattery } from '../../contract/brains/battery.ts';
import { messageGatewayBench } from '../../support/messagegateway-far-end.ts';

runBrainBattery({ ...messageGatewayBench(), brain: messageGatewayBrain });
