/**
 * Reads the events of Open Channels that name no bot (docs/platform-notes/bitrix24.md#open-channel-events): an operator's message on its way
 * to the customer, and the end of a session.
 */
import { branch, text } from '../../../lib/form-body.ts';
import { chat, type DialogDecoder, noDialog } from '../decoded.ts';
import { idOf, lineDialogOf } from '../line-dialog.ts';
import { isYes, sentAtOf } from '../read-params.ts';

export const decodeLineMessage: DialogDecoder = (tree) => {
  const message = branch(tree, 'data', 'DATA', 'message');
  const messageId = idOf(text(message, 'id'));
  const authorId = idOf(text(message, 'user_id'));
  const isOwnWord = !isYes(text(message, 'system')) && authorId !== text(tree, 'data', 'DATA', 'connector', 'user_id');
  if (lineDialogOf(tree) === null || messageId === null || authorId === null || !isOwnWord) return noDialog;
  const author = { id: authorId, name: '', kind: 'employee' } as const;
  return chat({ type: 'operator_wrote', messageId, author, sentAt: sentAtOf(tree) });
};

export const decodeSessionFinish: DialogDecoder = (tree) =>
  lineDialogOf(tree) === null ? noDialog : chat({ type: 'session_finished', sentAt: sentAtOf(tree) });
