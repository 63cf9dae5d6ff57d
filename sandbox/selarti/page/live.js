/** What the page chooses and remembers. */
import { askWith, loadState, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';
import { text } from './texts.js';

Object.assign(model, { chatId: null });
askWith(() => (model.chatId === null ? '' : `?chat=${encodeURIComponent(model.chatId)}`));

/** Where there is room beside the list, a dialogue is always chosen. */
export async function chooseFirst() {
  const first = model.state.dialogues.at(-1);
  if (model.chatId === null && first !== undefined && isWide()) await chooseDialogue(first.chatId);
}

export async function chooseDialogue(chatId) {
  model.chatId = chatId;
  await loadState();
}

export function currentDialogue() {
  return model.state?.dialogues.find(({ chatId }) => chatId === model.chatId) ?? null;
}

/** The other system's ids are long and mean nothing here. */
export function shortName(chatId) {
  return `${text('customer')} ${chatId.slice(0, 8)}`;
}
