/** All soak runs, and which of them run at the same time. */
import { addresses } from './addresses.ts';
import { bodies } from './bodies.ts';
import { conversations } from './conversations.ts';
import { crowd } from './crowd.ts';
import { forgeries } from './forgeries.ts';
import { heldConnections } from './held-connections.ts';
import { kills } from './kills.ts';
import { mutations } from './mutations.ts';
import { neighbours } from './neighbours.ts';
import type { Soak } from './support/soak.ts';
import { turns } from './turns.ts';

export const soaks: readonly Soak[] = [
  bodies,
  heldConnections,
  neighbours,
  mutations,
  crowd,
  forgeries,
  addresses,
  kills,
  conversations,
  turns,
];

/**
 * The schedule: phases run one after the other; the lists within a phase run at the same time, each from first to last. Runs that measure
 * times have a phase to themselves.
 */
export const phases: readonly (readonly (readonly string[])[])[] = [
  [['bodies', 'held', 'neighbours', 'mutations']],
  [['crowd'], ['forgeries', 'addresses', 'kills', 'conversations', 'turns']],
];
