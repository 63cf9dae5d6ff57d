import { describe, expect, it } from 'vitest';
import { chooseEventApi } from '../../../src/bitrix24/install/event-modes.ts';

describe('the event API of a portal', () => {
  it.each([
    // Without imbot.v2 there is no choice.
    ['auto', true, null, 'v1-webhook'],
    ['v2-fetch', false, null, 'v1-webhook'],
    ['v2-webhook', true, null, 'v1-webhook'],
    // What was set counts, where the portal has it.
    ['v1-webhook', true, 36, 'v1-webhook'],
    ['v2-webhook', true, 33, 'v2-webhook'],
    ['v2-fetch', true, 36, 'v2-fetch'],
    // Before revision 35 a portal leaves old bindings of imbot.v2 behind.
    ['auto', true, 34, 'v1-webhook'],
    ['auto', true, 35, 'v2-webhook'],
    ['auto', true, 0, 'v1-webhook'],
    ['auto', false, 0, 'v2-fetch'],
    ['auto', false, 36, 'v2-fetch'],
  ] as const)('%s, reachable: %s, revision %s: %s', (wantedApi, isReachable, revision, expected) => {
    expect(chooseEventApi({ wantedApi, isReachable }, revision)).toBe(expected);
  });
});
