/** What the person has chosen on the manager's page, and look-ups in its copy of the account. */
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

/** `quote`: the message the next answer quotes, as `{ chatId, id }`. */
Object.assign(model, { managerId: null, quote: null, isRefusing: false });

/** Makes sure there is a manager to write as. */
export async function prepare() {
  model.managerId = await act('prepare', { name: text('manager') });
}

/** Id of the message that the next answer quotes, or null. A quote belongs to the chat in which it was chosen. */
export function quoteId() {
  return model.quote?.chatId === model.chatId ? model.quote.id : null;
}

export function dialogById(dialogId) {
  return model.state?.dialogs.find(({ id }) => id === dialogId) ?? null;
}

/** Name of a bot or manager. */
function nameOf({ type, id }) {
  const list = type === 'bot' ? model.state.bots : model.state.managers;
  return list.find((one) => one.id === id)?.name ?? String(id);
}

/** The text that says who is responsible for the chat's dialog. */
export function leader(chat) {
  if (!chat.isDialogOpen) return text('closed');
  const responsible = dialogById(chat.dialogId)?.responsible ?? null;
  if (responsible === null) return text('free');
  return text(responsible.type === 'bot' ? 'withBot' : 'withPerson') + nameOf(responsible);
}
