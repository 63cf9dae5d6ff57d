/** Tells the people an administrator has chosen when messages are not delivered or a connection stops: by a bot, at most once an hour. */
import { plainSend } from '../core/bridge-result.ts';
import { languageOf } from '../core/language.ts';
import { textIn } from '../core/texts.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../runtime/work-loop.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { outboxLane } from '../store/queue/lane-names.ts';
import { appendActions } from '../store/queue/outbox.ts';
import { claimTroubled, noteTold, type PortalTrouble } from '../store/tenants/trouble.ts';
import { stoppedText, undeliveredText } from './trouble-texts.ts';

export interface TellTroubleOptions {
  readonly db: Pool;
  readonly wakeups: Pick<Wakeups, 'outbox'>;
  readonly log: Logger;
  readonly pollMs?: number | undefined;
}

const usualPollMs = 60_000;

/** Portals looked at in a round. */
const portalsAtOnce = 200;

export function startTellingTrouble(options: TellTroubleOptions): WorkLoop {
  return startWorkLoop({
    name: 'trouble',
    log: options.log,
    pollMs: options.pollMs ?? usualPollMs,
    round: () => tellTrouble(options),
  });
}

/** What people were told and the order to tell them are committed together. */
async function tellTrouble({ db, wakeups }: TellTroubleOptions): Promise<void> {
  const told = await inTransaction(db, async (trx) => {
    let messages = 0;
    for (const trouble of await claimTroubled(trx, portalsAtOnce)) {
      const text = textOf(trouble);
      if (text !== null) {
        const actions = trouble.readers.map((userId) => messageTo(trouble, userId, text));
        await appendActions(trx, actions);
        messages += actions.length;
        await noteTold(trx, trouble.portal, trouble.stopped);
      }
    }
    return messages;
  });
  if (told > 0) wakeups.outbox.ring();
}

/** Null: nothing new. */
function textOf({ language, undelivered, stopped, toldStopped }: PortalTrouble): string | null {
  const speech = languageOf(language);
  const newlyStopped = stopped.filter((title) => !toldStopped.includes(title));
  const lines = [
    ...(undelivered === 0 ? [] : [`${textIn(undeliveredText, speech)}: ${undelivered}`]),
    ...newlyStopped.map((title) => `${textIn(stoppedText, speech)}: ${title}`),
  ];
  return lines.length === 0 ? null : lines.join('\n');
}

function messageTo({ portal, botCode }: PortalTrouble, userId: string, text: string) {
  const action = { ...plainSend(text), internal: false };
  const lane = outboxLane(botCode, userId, 'portal');
  const trace = `trouble-${randomToken(6)}`;
  return { portal, lane, target: 'portal' as const, action, botCode, dialogId: userId, trace };
}
