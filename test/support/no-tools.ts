/** Tools for a connector that must not use them. */
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import { freeRateLimiter } from './free-rate-limiter.ts';
import { stateInMemory } from './state-in-memory.ts';

/** Every tool fails when it is used; a connector that uses none works. */
export function noTools(): ConnectorTools {
  const called = (): never => {
    throw new Error('the connector must not call anybody here');
  };
  const rejects = async (): Promise<never> => called();
  return {
    http: { send: rejects },
    openPortalFile: rejects,
    openUrl: rejects,
    rateLimiter: () => freeRateLimiter(),
    portalUser: rejects,
    customerInfo: rejects,
    openChannelName: rejects,
    portalInfo: rejects,
    hasConversation: () => Promise.resolve(true),
    state: stateInMemory(),
    lookupFor: called,
    missedMessages: rejects,
    crmAddress: rejects,
    fileLink: called,
    count: called,
    publicUrl: 'http://x',
    log: () => {},
  };
}
