/** What the script's page chooses, and what it asks of its copy of the bot. */
import { askWith, loadState, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';

Object.assign(model, { conversation: null });
askWith(() => (model.conversation === null ? '' : `?conversation=${encodeURIComponent(model.conversation)}`));

/** Where there is room beside the list, a conversation is always chosen. */
export async function chooseFirst() {
  const [first] = model.state.conversations;
  if (model.conversation === null && first !== undefined && isWide()) await choose(first.id);
}

export async function choose(id) {
  model.conversation = id;
  await loadState();
}

export function current() {
  return model.state?.conversations.find(({ id }) => id === model.conversation) ?? null;
}
