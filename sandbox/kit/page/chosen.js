/** Which conversation is chosen on a page with a list of them. The state has them as `chats`, each with an `id`, in the order of the list. */
import { askWith, loadState, model } from './live.js';
import { isWide } from './shell.js';

Object.assign(model, { chatId: null });
askWith(() => (model.chatId === null ? '' : `?chat=${encodeURIComponent(model.chatId)}`));

export function chosenChat() {
  return model.state?.chats.find(({ id }) => id === model.chatId) ?? null;
}

export async function chooseChat(id) {
  model.chatId = id;
  await loadState();
}

/** On a wide screen, where a conversation is shown beside the list, chooses the first one if none is chosen. */
export async function chooseFirst() {
  const [first] = model.state.chats;
  if (model.chatId === null && first !== undefined && isWide()) await chooseChat(first.id);
}
