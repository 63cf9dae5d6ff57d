/** The dialog of an event of Open Channels that names no bot. */
import { branch, type FormTree, text } from '../../lib/form-body.ts';

const idForm = /^[1-9]\d{0,15}$/;

/** The id a field holds; null when it holds none. */
export const idOf = (value: string | undefined): string | null =>
  value !== undefined && idForm.test(value) ? value : null;

/**
 * `chat<N>` of the chat in the portal; null if the event names only the connector's own chat, as the documentation's examples and customers'
 * messages do: that number may belong to another chat of the portal.
 */
export function lineDialogOf(tree: FormTree): string | null {
  const data = branch(tree, 'data', 'DATA');
  const id = idOf(text(data, 'message', 'chat_id') ?? text(data, 'chat', 'chat_id'));
  return id === null ? null : `chat${id}`;
}
