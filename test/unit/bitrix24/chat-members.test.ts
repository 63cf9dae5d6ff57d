/** Who sits in a chat, read from the bare list the portal answers with. */
import { describe, expect, it } from 'vitest';
import { chatMembers } from '../../../src/bitrix24/chat-members.ts';
import type { PortalClient } from '../../../src/bitrix24/rest/portal-client.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';

const { signal } = new AbortController();
const of = { portal: 'p', botId: '900', dialogId: 'chat7' };

type Answer = (params: { readonly order: { readonly userId: string }; readonly limit: number }) => unknown;

function clientWith(answer: Answer): PortalClient {
  const call = (_portal: string, _method: string, params: unknown): Promise<unknown> =>
    Promise.resolve(answer(params as Parameters<Answer>[0]));
  return { call } as unknown as PortalClient;
}

const user = (id: number, changes: object = {}): object => ({
  id,
  name: `U${id}`,
  extranet: false,
  bot: false,
  connector: false,
  type: 'employee',
  ...changes,
});

describe('the members of a chat', () => {
  it('are read from a bare list', async () => {
    const members = await chatMembers(
      clientWith(() => [user(1, { email: 'a@example.org' }), user(2, { extranet: true, type: 'extranet' })]),
      of,
      signal,
    );
    expect(members).toEqual([
      { id: '1', name: 'U1', email: 'a@example.org', isExtranet: false },
      { id: '2', name: 'U2', email: null, isExtranet: true },
    ]);
  });

  it('are read from both ends of a list that is longer than a page', async () => {
    const all = Array.from({ length: 350 }, (_, index) => user(index + 1));
    const limits: number[] = [];
    const members = await chatMembers(
      clientWith(({ order, limit }) => {
        limits.push(limit);
        return (order.userId === 'asc' ? all : all.toReversed()).slice(0, limit);
      }),
      of,
      signal,
    );
    expect(limits).toEqual([200, 200]);
    expect(new Set(members.map(({ id }) => id)).size).toBe(350);
    expect(members).toHaveLength(350);
  });

  it.each([
    ['a collaborator', { type: 'collaber' }],
    ['a guest', { type: 'guest' }],
    ['somebody without any flag', { extranet: undefined, type: undefined }],
    ['a bot', { bot: true, type: 'bot' }],
    ['a customer', { connector: true }],
    ['somebody of a kind nobody knows', { type: 'partner' }],
  ])('%s counts as from outside', async (_, changes) => {
    const [member] = await chatMembers(
      clientWith(() => [user(1, changes)]),
      of,
      signal,
    );
    expect(member?.isExtranet).toBe(true);
  });

  it('are nobody where the portal refuses, and an error where it answers something else', async () => {
    const refusal = new RemoteRefused({ code: 'bitrix24.ACCESS_DENIED', status: 400, message: '' });
    const refusing = { call: () => Promise.reject(refusal) } as unknown as PortalClient;
    expect(await chatMembers(refusing, of, signal)).toEqual([]);
    await expect(
      chatMembers(
        clientWith(() => ({ users: [user(1)] })),
        of,
        signal,
      ),
    ).rejects.toMatchObject({
      code: 'bitrix24.not_a_list',
      retry: 'backoff',
    });
  });
});
