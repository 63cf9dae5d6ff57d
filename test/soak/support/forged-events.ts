/** Forged events: messages, uninstallations and installations in the name of a portal. */
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { formBody, privateMessageBody, recordedPairs } from '../../support/event-bodies.ts';
import { ourBot } from '../../support/talk.ts';
import { anyText, type Forger, hex, isOk, type Loot, nearly } from './forgery.ts';
import type { InstalledWorld } from './installed-world.ts';
import type { Random } from './random.ts';

export function eventForgers({ first, second }: InstalledWorld, loot: Loot): readonly Forger[] {
  const bot = ourBot(first, 'assistant');
  const path = '/bitrix24/events';
  const message = (changes: Readonly<Record<string, string>>): string => {
    const messageId = String(Math.floor(Math.random() * 2 ** 40));
    return privateMessageBody(first, bot, { userId: first.adminId, messageId, text: 'gefälscht' }, changes);
  };
  const token = 'auth[application_token]';
  const member = 'auth[member_id]';
  const tokens = (random: Random): string =>
    random.pick([second.applicationToken, nearly(first.applicationToken, random), anyText(random), first.memberId]);
  return [
    {
      name: 'events',
      share: 22,
      isAccepted: isOk,
      make: (random) => ({ path, body: message({ [token]: tokens(random) }) }),
    },
    {
      name: 'events of nobody',
      share: 4,
      isAccepted: isOk,
      make: (random) => {
        const memberId = random.pick([hex(16), first.memberId.slice(1), `${first.memberId}0`, '', '*', '../x']);
        return { path, body: message({ [member]: memberId }) };
      },
    },
    {
      // The correct token, but not in the field that proves the sender.
      name: 'events with the proof in another place',
      share: 4,
      isAccepted: isOk,
      make: (random) => {
        const place = random.pick([
          `data[BOT][${bot.id}][application_token]`,
          'application_token',
          'auth[auth][application_token]',
        ]);
        return { path, body: message({ [token]: hex(16), [place]: first.applicationToken }) };
      },
    },
    {
      name: 'lifecycle events',
      share: 6,
      isAccepted: isOk,
      make: (random) => {
        const name = random.pick(['app-onappuninstall-clean', 'app-onappuninstall-keep', 'v1-onimbotdelete']);
        return { path, body: formBody(recordedPairs(name), { [member]: first.memberId, [token]: tokens(random) }) };
      },
    },
    {
      name: 'install events',
      share: 10,
      isAccepted: isOk,
      make: (random) => ({ path, body: installEvent(random, first, second, loot) }),
    },
  ];
}

function installEvent(random: Random, first: SandboxPortal, second: SandboxPortal, loot: Loot): string {
  const stolen = random.pick([loot.ofOtherPortal, loot.ofOtherApp, { accessToken: hex(22), refreshToken: hex(20) }]);
  const host = random.pick([first, first, second]);
  return formBody(recordedPairs(random.pick(['app-onappinstall', 'app-onappupdate'])), {
    'auth[member_id]': first.memberId,
    'auth[domain]': host.domain,
    'auth[client_endpoint]': host.restEndpoint,
    'auth[server_endpoint]': `${random.pick([first, second]).oauthOrigin}/rest/`,
    'auth[access_token]': stolen.accessToken,
    'auth[refresh_token]': stolen.refreshToken,
    'auth[application_token]': hex(16),
  });
}
