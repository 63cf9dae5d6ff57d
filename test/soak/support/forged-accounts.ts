/** Forged webhooks and callbacks of accounts, and guessed codes of the connection page. */
import { randomBytes } from 'node:crypto';
import { type Forger, hex, isOk, nearly } from './forgery.ts';
import type { InstalledWorld } from './installed-world.ts';
import type { PostOptions } from './post.ts';
import type { Random } from './random.ts';

export function webhookForgers({ gateway }: InstalledWorld): readonly Forger[] {
  const [module] = gateway.modules();
  const address = new URL(module?.webhookUrl ?? '').pathname;
  const clientId = module?.clientId ?? '';
  const body = JSON.stringify({
    type: 'message_sent',
    meta: { timestamp: Math.floor(Date.now() / 1000) },
    data: { id: 1, type: 'text', content: 'gefälscht', external_chat_id: 'x', external_user_id: 'x', channel_id: 1 },
  });
  const json = (clientid: string): PostOptions => ({ headers: { 'content-type': 'application/json', clientid } });
  const half = Math.floor(clientId.length / 2);
  const clientIds = (random: Random): string =>
    random
      .pick([hex(32), nearly(clientId, random).trim(), `${clientId.slice(0, half)}${hex(16)}`, '', 'x'])
      .replace(/\0/g, '');
  return [
    {
      name: 'webhooks',
      share: 6,
      isAccepted: isOk,
      make: (random) =>
        random.percent(60)
          ? { path: address, body, options: json(otherThan(clientId, () => clientIds(random))) }
          : { path: `${address.slice(0, -2)}${hex(1)}`, body, options: json(clientId) },
    },
    {
      name: 'account callbacks',
      share: 4,
      isAccepted: ({ status, text }) => status === 200 && text.includes('"success":true'),
      make: (random) => {
        const activity = JSON.stringify(
          random.pick([
            { active: false, freeze: true },
            { active: true, freeze: false },
          ]),
        );
        const fields = {
          clientId: otherThan(clientId, () => clientIds(random)),
          activity,
          systemUrl: 'https://evil.invalid',
        };
        return { path: '/messagegateway/activity', body: new URLSearchParams(fields).toString() };
      },
    },
  ];
}

/** Guesses until the guess differs from the correct secret, which a variation may hit by chance. */
function otherThan(truth: string, guess: () => string): string {
  for (;;) {
    const found = guess();
    if (found !== truth) return found;
  }
}

export function codeForgers({ gateway }: InstalledWorld): readonly Forger[] {
  const signs = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const account = gateway.crmOrigin;
  const path = '/messagegateway/connect?lang=en';
  const options: PostOptions = { headers: { 'content-type': 'application/json' } };
  return [
    {
      name: 'connect codes',
      share: 5,
      isAccepted: isOk,
      make: (random) => {
        const group = (): string => Array.from({ length: 4 }, () => random.pick([...signs])).join('');
        const code = random.pick([`${group()}-${group()}-${group()}`, '', '%', "' or 1=1 --", '0000-0000-0000']);
        const values = { crmUrl: account, apiKey: gateway.apiKey };
        return { path, body: JSON.stringify({ step: 'check', values, code }), options };
      },
    },
    {
      name: 'sealed choices of the connect page',
      share: 2,
      isAccepted: isOk,
      make: (random) => {
        const choice = randomBytes(random.pick([0, 10, 60, 200])).toString('base64url');
        const carried = { choice };
        const step = random.pick([
          { step: 'choose', carried },
          { step: 'settings', carried, bot: 'bridge_line' },
          { step: 'connect', carried, bot: 'bridge_line', values: {} },
        ]);
        return { path, body: JSON.stringify(step), options };
      },
    },
  ];
}
