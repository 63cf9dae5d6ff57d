/** Executes actions that concern a portal's installation: set-up, uninstall, erasure, payment, a deleted bot. All may be repeated. */

import { setUpPortal, unregisterBot } from '../bitrix24/install/set-up.ts';
import type { BotResult, WantedBot } from '../bitrix24/install/set-up-types.ts';
import type { ConnectionService } from '../connections/connection-service.ts';
import type { AppAction, ConversationTimer } from '../core/actions.ts';
import { maxBotsPerPortal } from '../core/bot.ts';
import { botTexts } from '../core/bot-texts.ts';
import type { Brain } from '../core/brain.ts';
import { AppError } from '../core/errors.ts';
import type { EventApi } from '../core/event-api.ts';
import { type Language, languageOf } from '../core/language.ts';
import type { Logger } from '../lib/logger.ts';
import { isPublicAddress } from '../lib/public-address.ts';
import { orderUnregister } from '../portals/app-orders.ts';
import type { Cells } from '../portals/cells/cells.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import { inTransaction, type Transaction } from '../store/database.ts';
import { eraseLane } from '../store/queue/lane-names.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { appendActions } from '../store/queue/outbox.ts';
import { listPictures } from '../store/tenants/bot-pictures.ts';
import { addBot, type BotRow, forgetBotIds, listBots, markBotDeleted, updateBot } from '../store/tenants/bots.ts';
import { stopPolling } from '../store/tenants/event-polls.ts';
import { findPortal, lockPortal, settleEventApi, updatePortal } from '../store/tenants/portals.ts';
import { deleteToken } from '../store/tenants/tokens.ts';
import { erasePerson } from './by-hand/erase-person.ts';
import { checkApp } from './check-app.ts';
import { createEventPolling, type PollEventsOptions } from './poll-events.ts';

export interface AppActions {
  /** Returns the outcome that is stored with the action. */
  execute(portal: string, action: Exclude<AppAction, ConversationTimer>, signal: AbortSignal): Promise<string>;
}

export interface AppActionsOptions extends PollEventsOptions {
  readonly portals: Pick<PortalCache, 'forget'>;
  /** Null or absent: there is only this cell. */
  readonly cells?: Pick<Cells, 'left'> | null;
  readonly connectionService: Pick<ConnectionService, 'eraseUninstalled'>;
  readonly brains: readonly Brain[];
  readonly log: Logger;
  readonly publicUrl: string;
  /** How events arrive from portals that are set up for the first time. */
  readonly eventApi: EventApi | 'auto';
  readonly clientId: string;
  readonly botCodePrefix: string;
  /** The brain of the bots that every new portal gets; needs no account. */
  readonly defaultBrain: string;
  /** How long an uninstalled portal's data is kept when its administrator did not ask for deletion. */
  readonly keepHours: number;
  /** See `SetUpOptions`. */
  readonly underwaySeconds?: number | undefined;
}

export function createAppActions(options: AppActionsOptions): AppActions {
  return new PortalLife(options);
}

const noError = { set_up_error: null, set_up_error_code: null };

class PortalLife implements AppActions {
  readonly #options: AppActionsOptions;

  constructor(options: AppActionsOptions) {
    this.#options = options;
  }

  async execute(portal: string, action: Exclude<AppAction, ConversationTimer>, signal: AbortSignal): Promise<string> {
    switch (action.type) {
      case 'set_up':
        return await this.#setUp(portal, signal);
      case 'uninstall':
        return await this.#uninstall(portal, action.clean);
      case 'erase':
        return await this.#erase(portal);
      case 'erase_person':
        return await erasePerson(this.#options.db, portal, action.userId, signal);
      case 'payment':
        return await this.#settlePayment(portal, action.expired);
      case 'check_app':
        return await checkApp(this.#options, portal, signal);
      case 'unregister_bot':
        return await this.#unregister(portal, action.botId, signal);
      case 'forget_bot':
        await markBotDeleted(this.#options.db, portal, action.botId);
        this.#options.portals.forget(portal);
        return 'bot_deleted';
    }
  }

  async #setUp(id: string, signal: AbortSignal): Promise<string> {
    const portal = await findPortal(this.#options.db, id);
    if (portal === null || portal.state === 'uninstalled') return 'portal_uninstalled';
    const language = languageOf(portal.language);
    // Only the first time: later an empty list means that the administrator wants no bots.
    if (portal.set_up_at === null && (await listBots(this.#options.db, id)).length === 0)
      await this.#addDefaultBots(id, language);
    const bots = (await listBots(this.#options.db, id))
      .filter((bot) => bot.state !== 'deleted')
      .slice(0, maxBotsPerPortal);
    const pictures = await listPictures(this.#options.db, id);
    const { event_api: formerApi, event_api_wanted: wanted } = portal;
    try {
      const result = await setUpPortal(this.#options.client, {
        portal: id,
        language,
        wantedApi: wanted ?? formerApi ?? this.#options.eventApi,
        formerApi,
        isChange: wanted !== null,
        isReachable: isPublicAddress(this.#options.publicUrl),
        polling: createEventPolling(this.#options, id, signal),
        underwaySeconds: this.#options.underwaySeconds,
        eventUrl: `${this.#options.publicUrl}/bitrix24/events`,
        clientId: this.#options.clientId,
        bots: bots.map((bot) => ({
          ...bot,
          picture: pictures.get(bot.code) ?? null,
          commands: this.#commandsOf(bot),
        })),
        signal,
      });
      const isStillThere = await inTransaction(this.#options.db, async (trx) => {
        // The app may have been removed while its bots were being registered.
        if ((await lockPortal(trx, id))?.state === 'uninstalled') return false;
        for (const bot of result.bots) {
          if (await saveBotResult(trx, id, bot)) continue;
          // An administrator removed it while it was being registered.
          if ('botId' in bot) await orderUnregister(trx, id, bot.botId, 'set-up');
        }
        const { hasV2: has_imbot_v2, license, appRef: app_ref, eventApi } = result;
        await settleEventApi(trx, id, { eventApi, wanted });
        await updatePortal(trx, id, { has_imbot_v2, license, app_ref, set_up_at: new Date(), ...noError });
        return true;
      });
      if (!isStillThere) return 'portal_uninstalled';
      this.#options.log.info({ portal: id, bots: bots.length, eventApi: result.eventApi }, 'the portal is set up');
    } catch (error) {
      await updatePortal(this.#options.db, id, {
        set_up_error: error instanceof AppError ? error.message : 'internal error',
        set_up_error_code: error instanceof AppError ? error.code : null,
      });
      throw error;
    } finally {
      this.#options.portals.forget(id);
    }
    return 'set_up';
  }

  #commandsOf({ brain: name }: BotRow): WantedBot['commands'] {
    return this.#options.brains.find((brain) => brain.name === name)?.commands ?? [];
  }

  /** The Open Channel bot comes first: two portal methods act as the app's first bot (docs/platform-notes/bitrix24.md#first-bot-of-an-app). */
  async #addDefaultBots(id: string, language: Language): Promise<void> {
    const names = botTexts(language).defaultNames;
    const common = { brain: this.#options.defaultBrain, connectionId: null };
    await inTransaction(this.#options.db, async (trx) => {
      await lockPortal(trx, id);
      await addBot(trx, id, { ...common, code: `${this.#options.botCodePrefix}_line`, type: 'O', name: names.O });
      await addBot(trx, id, {
        ...common,
        code: `${this.#options.botCodePrefix}_supervisor`,
        type: 'S',
        name: names.S,
      });
      await addBot(trx, id, {
        ...common,
        code: `${this.#options.botCodePrefix}_assistant`,
        type: 'B',
        name: names.B,
      });
    });
  }

  /**
   * The portal's tokens are deleted and its bots fall silent at once; its data is erased after `keepHours`, unless the app is installed
   * again.
   */
  async #uninstall(id: string, clean: boolean): Promise<string> {
    await inTransaction(this.#options.db, async (trx) => {
      await updatePortal(trx, id, { state: 'uninstalled', uninstalled_at: new Date(), set_up_at: null });
      await deleteToken(trx, id);
      await forgetBotIds(trx, id);
      await stopPolling(trx, id);
      const delayMs = clean ? 0 : this.#options.keepHours * 3_600_000;
      const erase = { target: 'app' as const, action: { type: 'erase' as const }, botCode: null, dialogId: null };
      await appendActions(trx, [{ portal: id, lane: eraseLane, ...erase, trace: 'uninstall', delayMs }]);
    });
    this.#options.portals.forget(id);
    this.#options.log.info({ portal: id, clean }, 'the portal has removed the app');
    return 'uninstalled';
  }

  /** Does not change the state of an uninstalled portal. */
  async #settlePayment(id: string, isExpired: boolean): Promise<string> {
    if ((await findPortal(this.#options.db, id))?.state === 'uninstalled') return 'portal_uninstalled';
    await updatePortal(this.#options.db, id, { state: isExpired ? 'suspended' : 'installed' });
    if (!isExpired) await wakeLanes(this.#options.db, 'outbox', id);
    this.#options.portals.forget(id);
    return isExpired ? 'suspended' : 'paid';
  }

  async #unregister(id: string, botId: string, signal: AbortSignal): Promise<string> {
    if ((await findPortal(this.#options.db, id))?.state === 'uninstalled') return 'portal_uninstalled';
    const isDone = await unregisterBot(
      this.#options.client,
      { portal: id, clientId: this.#options.clientId, signal },
      botId,
    );
    return isDone ? 'bot_unregistered' : 'bot_removed';
  }

  async #erase(id: string): Promise<string> {
    const isErased = await this.#options.connectionService.eraseUninstalled(id);
    this.#options.portals.forget(id);
    if (isErased) {
      this.#options.log.info({ portal: id }, 'the data of the portal is erased');
      await this.#options.cells?.left(id);
    }
    return isErased ? 'erased' : 'kept_installed_again';
  }
}

/** Returns false if the bot no longer exists. */
async function saveBotResult(trx: Transaction, portal: string, bot: BotResult): Promise<boolean> {
  const change: Partial<BotRow> =
    'problem' in bot
      ? { state: 'refused', problem: bot.problem, bot_id: null }
      : { state: 'registered', problem: null, bot_id: bot.botId, synced: bot.synced };
  return await updateBot(trx, portal, bot.code, change);
}
