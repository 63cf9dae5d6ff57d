/** The console at work: commands are carried out, words go to the customer of the bound chat, talk among colleagues is noted or dropped. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { type Button, type FileRef, type Reply, textReply } from '../../../core/events.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { MgContext } from '../context.ts';
import { bindingOfConsole } from './bindings.ts';
import { type Ask, ConsoleRefusal, commandButton } from './command-request.ts';
import { createExternalUsers } from './external-users.ts';
import { rememberShown } from './group-frames.ts';
import { consoleMark, mayUse } from './is-console.ts';
import { deleteSent, editSent, sayInChat } from './message-commands.ts';
import { consoleMessages } from './messages.ts';
import { parseLine } from './parse-line.ts';
import { runCommand } from './run-command.ts';

type Message = BrainAction & { type: 'message' };
type Overheard = BrainAction & { type: 'overheard' };

export interface ConsoleHandler {
  /** An employee spoke to the console. Repeatable. Throws AppErrors that can be tried again; what cannot is answered in words. */
  hear(action: Message, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** An employee spoke past it. */
  overhear(action: Overheard, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** An employee changed or deleted something said to it. */
  change(action: BrainAction & { type: 'edit' | 'delete' }, signal: AbortSignal): Promise<Delivery>;
  /** What we showed in a group has its id in Bitrix24 now. */
  shown(action: BrainAction & { type: 'receipt' }): Promise<Delivery>;
}

export function createConsoleHandler(context: MgContext): ConsoleHandler {
  const isExternal = createExternalUsers(context);
  const phrases = consoleMessages(context.config.language);

  async function answer(ask: Ask): Promise<readonly Reply[]> {
    const line = parseLine(ask.args, ask.binding !== null);
    if (line.kind === 'command') {
      const { text, buttons, files } = await runCommand(line.name, { ...ask, args: line.args });
      return [reply(text, { buttons: buttons ?? [], files: files ?? [] })];
    }
    if (line.kind === 'unknown' || ask.binding === null) {
      const word = line.kind === 'unknown' ? line.word : '';
      return [reply(phrases.unknown(word), { buttons: [commandButton(phrases.buttons.help, '/help')] })];
    }
    const { chatId, maxText } = ask.binding;
    await sayInChat(ask, { chatId, scope: 'public', text: line.text, maxText, by: 'words', heading: '' });
    return [];
  }

  return {
    async hear(action, to, key, signal) {
      const link = to.remoteId === consoleMark ? {} : { remoteConversationId: consoleMark };
      const { author, chat, files, messageId } = action;
      try {
        if (!mayUse(context.config, author) || (await isExternal(action, to, signal))) {
          return { ...link, replies: [reply(phrases.notAllowed)] };
        }
        const binding = await bindingOfConsole(context.tools.state, to);
        const ask = { context, to, key, messageId, author, chat, files, args: action.text, binding, phrases, signal };
        return { ...link, replies: await answer(ask) };
      } catch (error) {
        const sentence = sentenceOf(error, context);
        return { ...link, replies: [reply(sentence, { quoteOf: quotable(messageId) })] };
      }
    },

    async overhear(action, to, key, signal) {
      if (context.config.console.overheard !== 'note' || action.author.kind !== 'employee') return {};
      const binding = await bindingOfConsole(context.tools.state, to);
      if (binding === null) return {};
      const { author, chat, files, messageId } = action;
      const ask = { context, to, key, messageId, author, chat, files, args: '', binding, phrases, signal };
      const { chatId } = binding;
      const heading = phrases.noteHeading(author.name);
      try {
        const { text } = action;
        await sayInChat(ask, { chatId, scope: 'private', text, maxText: null, by: 'overheard', heading });
      } catch (error) {
        // Nobody asked for this note, so nobody is told; colleagues have read it where it was said.
        context.tools.log('talk in a group could not be noted', { reason: sentenceOf(error, context) });
      }
      return {};
    },

    async change(action, signal) {
      try {
        if (action.type === 'delete') {
          await deleteSent(context, action.messageId, signal);
          return {};
        }
        const problem = await editSent(context, action.messageId, action.text, signal);
        if (problem === null) return {};
        const sentence = problem === 'not_changed' ? phrases.notChanged : phrases.notEdited;
        return { replies: [reply(sentence, { quoteOf: quotable(action.messageId) })] };
      } catch (error) {
        return { replies: [reply(sentenceOf(error, context))] };
      }
    },

    async shown(action) {
      await rememberShown(context, action);
      return {};
    },
  };
}

/** The error in words for whoever asked. Throws what another attempt may mend, and what is the account's trouble: then the delivery waits. */
function sentenceOf(error: unknown, context: MgContext): string {
  const phrases = consoleMessages(context.config.language);
  if (error instanceof ConsoleRefusal) return error.message;
  if (error instanceof MgRefused) return phrases.refused(error.sentences.join('; ') || String(error.status));
  throw error;
}

function reply(
  text: string,
  parts: {
    readonly buttons?: readonly Button[];
    readonly files?: readonly FileRef[];
    readonly quoteOf?: string | null;
  } = {},
): Reply {
  // Only staff reads it: it is also said after somebody has told the bot to be silent.
  const said = { ...textReply(text), isInternal: true };
  return { ...said, buttons: parts.buttons ?? [], files: parts.files ?? [], quoteOf: parts.quoteOf ?? null };
}

/** Further parts of a long message have no message of their own in Bitrix24. */
function quotable(messageId: string): string | null {
  return /^\d+$/.test(messageId) ? messageId : null;
}
