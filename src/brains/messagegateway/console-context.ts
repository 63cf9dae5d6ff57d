/** Hands the supervisor's console what it needs of the brain. */
import { cardText } from '../../core/card-text.ts';
import { forgetCommand, recentCommands, rememberCommand, rememberInfo } from './account/bot-overrides.ts';
import { configuredInfo } from './account/bot-profile.ts';
import { isEscaped } from './account/escaping.ts';
import { ourCommands } from './account/sync-commands.ts';
import { unescapeHtml } from './api/html-text.ts';
import type { ConsoleContext } from './console/console.ts';
import type { MgContext } from './context.ts';
import { cardsOf } from './inbound/cards.ts';
import { botFilePrefix } from './inbound/open-file.ts';
import { uploadFiles } from './outbound/portal-files.ts';

export function consoleContextOf(context: MgContext): ConsoleContext {
  const { config, apis, tools, clock } = context;
  return {
    settings: config.console,
    language: config.language,
    bot: apis.bot,
    botId: config.joined.bot.botId,
    tools,
    clock,
    overrides: {
      setInfo: (info) => rememberInfo(tools.state, info, configuredInfo(config)),
      setCommand: (name, command) => rememberCommand(tools.state, name, command),
      deleteCommand: (name) => forgetCommand(tools.state, name),
      commands: () => recentCommands(tools.state),
    },
    readText: (text) => (isEscaped(config) ? unescapeHtml(text) : text),
    isOwnCommand: (name) => ourCommands(config).has(name),
    cardsOf: (message) => cardsOf(message, config.language),
    cardText,
    fileId: (botFileId) => `${botFilePrefix}${botFileId}`,
    uploadFiles: (to, files, signal) => uploadFiles({ context, to, api: apis.bot, signal }, files),
  };
}
