/** Who may command the console: nobody who is not known to be an employee. */
import { describe, expect, it } from 'vitest';
import { createExternalUsers } from '../../../../../src/brains/messagegateway/console/external-users.ts';
import type { ConversationRef } from '../../../../../src/core/connector.ts';
import type { PortalUser } from '../../../../../src/core/connector-tools.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';

const { signal } = new AbortController();
const to: ConversationRef = { ref: 'group', remoteId: 'console', botCode: 'bridge_supervisor', botType: 'S' };
const chat = { kind: 'group', title: '', dialogId: 'chat1', line: null } as const;
const member = (isExtranet: boolean): PortalUser => ({ id: '7', name: '', email: null, isExtranet });

describe('somebody in a group', () => {
  const rows: readonly [string, boolean | undefined, PortalUser | null, boolean, boolean][] = [
    ['whom the portal calls an employee may command', undefined, member(false), true, false],
    ['whom the portal calls a guest may not', undefined, member(true), true, true],
    ['whom the event calls a guest may not, whatever the list says', true, member(false), true, true],
    ['whom the portal does not name may not', undefined, null, true, true],
    ['whom it does not name may not, though the event calls him no guest', false, null, true, true],
    ['of a portal that cannot be asked may, if the event calls him no guest', false, null, false, false],
    ['of such a portal may not, if the event does not tell', undefined, null, false, true],
  ];

  it.each(rows)('%s', async (_, isExtranet, user, hasV2, isExternal) => {
    const tools = {
      ...unitTools({ send: () => Promise.reject(new Error('no call')) }),
      portalUser: () => Promise.resolve(user),
      portalInfo: () => Promise.resolve({ hasV2, botType: 'S' as const, botPicture: 'S.png' }),
    };
    const context = consoleContext({}, tools);
    const author = {
      id: '7',
      name: '',
      kind: 'employee',
      ...(isExtranet === undefined ? {} : { isExtranet }),
    } as const;
    expect(await createExternalUsers(context)({ author, chat }, to, signal)).toBe(isExternal);
  });
});
