/** The calls for commands in each bot API. Only those of the first API bind the address for the commands' events. */
import { isRecord } from '../../core/is-record.ts';
import type { BatchCall } from '../rest/batch.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';
import { textsOf, type WantedCommand } from './wanted-commands.ts';

export type Registered = Exclude<BotResult, { readonly problem: string }>;

export interface CommandCalls {
  /** The method that registers. */
  readonly name: string;
  register(bot: Registered, wanted: WantedCommand): BatchCall;
  /** The command's id in the answer to `register`. */
  idIn(result: unknown): unknown;
  retitle(bot: Registered, id: string, wanted: WantedCommand): BatchCall;
  remove(bot: Registered, id: string): BatchCall;
}

export function callsV1(options: SetUpOptions): CommandCalls {
  const languagesOf = (wanted: WantedCommand) =>
    textsOf(wanted).map(({ code, title, params }) => ({ LANGUAGE_ID: code, TITLE: title, PARAMS: params }));
  return {
    name: 'imbot.command.register',
    register: (bot, wanted) => ({
      method: 'imbot.command.register',
      params: {
        BOT_ID: Number(bot.botId),
        COMMAND: wanted.name,
        COMMON: 'N',
        HIDDEN: wanted.isHidden ? 'Y' : 'N',
        EXTRANET_SUPPORT: 'N',
        EVENT_COMMAND_ADD: options.eventUrl,
        LANG: languagesOf(wanted),
      },
    }),
    idIn: (result) => result,
    retitle: (_, id, wanted) => ({
      method: 'imbot.command.update',
      params: { COMMAND_ID: Number(id), FIELDS: { LANG: languagesOf(wanted) } },
    }),
    remove: (_, id) => ({ method: 'imbot.command.unregister', params: { COMMAND_ID: Number(id) } }),
  };
}

export const callsV2: CommandCalls = {
  name: 'imbot.v2.Command.register',
  register: (bot, wanted) => ({
    method: 'imbot.v2.Command.register',
    params: {
      botId: Number(bot.botId),
      fields: { command: wanted.name, ...textsV2(wanted), common: 'N', hidden: wanted.isHidden ? 'Y' : 'N' },
    },
  }),
  idIn: (result) => (isRecord(result) && isRecord(result['command']) ? result['command']['id'] : undefined),
  retitle: (bot, id, wanted) => ({
    method: 'imbot.v2.Command.update',
    params: { botId: Number(bot.botId), commandId: Number(id), fields: textsV2(wanted) },
  }),
  remove: (bot, id) => ({
    method: 'imbot.v2.Command.unregister',
    params: { botId: Number(bot.botId), commandId: Number(id) },
  }),
};

function textsV2(wanted: WantedCommand) {
  const texts = textsOf(wanted);
  return {
    title: Object.fromEntries(texts.map(({ code, title }) => [code, title])),
    params: Object.fromEntries(texts.map(({ code, params }) => [code, params])),
  };
}
