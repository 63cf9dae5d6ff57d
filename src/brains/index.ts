/** The list of brains. A new brain needs its own folder and one line here; `npm run new:brain` writes both. */
import type { Brain } from '../core/brain.ts';
import { echoBrain } from './echo/echo-brain.ts';
import { messageGatewayBrain } from './messagegateway/messagegateway-brain.ts';
import { metabotBrain } from './metabot/metabot-brain.ts';
import { selartiBrain } from './selarti/selarti-brain.ts';
import { webhookBrain } from './webhook/webhook-brain.ts';

export const brains: readonly Brain[] = [echoBrain, messageGatewayBrain, selartiBrain, metabotBrain, webhookBrain];
