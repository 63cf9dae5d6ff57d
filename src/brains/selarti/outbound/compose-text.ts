/** Turns an action into the one text that Selarti takes: files, edits and deletions become links and sentences. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import { AppError } from '../../../core/errors.ts';
import type { Author, Chat, FileRef } from '../../../core/events.ts';
import type { SelartiContext } from '../context.ts';
import { staffTexts } from '../texts/staff-texts.ts';

type ComposeContext = Pick<SelartiContext, 'config'> & { readonly tools: Pick<SelartiContext['tools'], 'fileLink'> };

/** Empty when nothing is to be sent to Selarti. */
export function composeText({ config, tools }: ComposeContext, action: BrainAction, to: ConversationRef): string {
  const words = staffTexts(config.language);
  switch (action.type) {
    case 'message': {
      const linkOf = (file: FileRef): string => (config.files === 'link' ? fileLink(tools, to, file) : '');
      const files = action.files.map((file) => words.file(file.name, linkOf(file)));
      return signed(action, [action.text.trim(), ...files].filter((line) => line !== '').join('\n'));
    }
    case 'edit':
      return action.mirrored === true || config.onEdit === 'ignore'
        ? ''
        : signed(action, words.edited(action.text.trim()));
    case 'delete':
      return action.mirrored === true || config.onDelete === 'ignore' ? '' : words.deleted;
    default:
      return '';
  }
}

/** Names the author in a group, where several people share one conversation of Selarti. */
function signed({ author, chat }: { readonly author: Author; readonly chat: Chat }, text: string): string {
  return chat.kind === 'group' && text !== '' && author.name !== '' ? `${author.name}: ${text}` : text;
}

/** Empty if this installation gives no links. */
function fileLink(tools: ComposeContext['tools'], to: ConversationRef, file: FileRef): string {
  try {
    return tools.fileLink(to, file);
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.no_links') return '';
    throw error;
  }
}
