/** What the manager's page chooses and remembers, and what it asks of its copy of the account. */
import { act, askWith, loadState, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';
import { text } from './texts.js';

/** `quoteId`: the message the next answer quotes. */
Object.assign(model, { chatId: null, managerId: null, quoteId: null, isRefusing: false });
askWith(() => (model.chatId === null ? '' : `?chat=${String(model.chatId)}`));

/** Makes sure there is a manager to write as. */
export async function prepare() {
  model.managerId = await act('prepare', { name: text('manager') });
}

/** Where there is room beside the list, a chat is always chosen. */
export async function chooseFirst() {
  const [first] = model.state.chats;
  if (model.chatId === null && first !== undefined && isWide()) await chooseChat(first.id);
}

export async function chooseChat(chatId) {
  model.chatId = chatId;
  model.quoteId = null;
  await loadState();
}

export function currentChat() {
  return model.state?.chats.find(({ id }) => id === model.chatId) ?? null;
}

export function dialogById(dialogId) {
  return model.state?.dialogs.find(({ id }) => id === dialogId) ?? null;
}

/** Name of a bot or manager. */
function nameOf({ type, id }) {
  const list = type === 'bot' ? model.state.bots : model.state.managers;
  return list.find((one) => one.id === id)?.name ?? String(id);
}

/** Who has the chat's dialog, in words. */
export function leader(chat) {
  if (!chat.isDialogOpen) return text('closed');
  const responsible = dialogById(chat.dialogId)?.responsible ?? null;
  if (responsible === null) return text('free');
  return text(responsible.type === 'bot' ? 'withBot' : 'withPerson') + nameOf(responsible);
}
