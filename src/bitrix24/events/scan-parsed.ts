/** Reads an event body with the form parser, for bodies in a spelling that portals do not use; see `scan-event.ts`. */
import { branch, eachFormPair, type FormTree, startForm, text } from '../../lib/form-body.ts';
import { type Found, type ScannedEvent, secondFields, tokenFields, toScannedEvent } from './scan-fields.ts';

/** The number of parts in the longest key that is read: `data[BOT][7][BOT_ID]`. */
const partsRead = 4;

/**
 * Reads what the endpoint needs from any body. Only relevant fields are put into a tree: a full tree of a hostile body would take a third of
 * a second.
 */
export function scanParsed(body: Buffer): ScannedEvent {
  const form = startForm();
  const kept: Buffer[] = [];
  eachFormPair(body, ({ path, start, end, value }) => {
    if (!isToken(path)) kept.push(kept.length === 0 ? body.subarray(start, end) : body.subarray(start - 1, end));
    if (!isWanted(path)) return;
    // For a longer key it only matters that a branch stands where a text might be.
    if (path.length <= partsRead) form.put(path, value);
    else form.put([...path.slice(0, partsRead), 'more'], () => '');
  });
  return toScannedEvent(foundIn(form.tree), Buffer.concat(kept));
}

/** Whether the pair can matter to the endpoint; includes all entries of bots, because `data[BOT][]` counts them. */
function isWanted([name, section = '', field = '']: readonly string[]): boolean {
  if (name !== 'data') return name === 'event' || name === 'auth';
  if (section === 'PARAMS') return field === 'DIALOG_ID' || field === 'MESSAGE_ID' || field === '';
  if (section === 'bot' || section === 'chat' || section === 'message') {
    return field === '' || secondFields[section][field] !== undefined;
  }
  return wantedSections.has(section);
}

const wantedSections = new Set(['BOT', 'COMMAND', 'BOT_ID', 'BOT_CODE', 'dialogId', 'messageId']);

function foundIn(tree: FormTree): Found {
  const data = branch(tree, 'data');
  const bots = new Map<string, { id: string; code: string }>();
  for (const section of ['BOT', 'COMMAND']) {
    const entries = branch(data, section) ?? {};
    for (const key of Object.keys(entries)) bots.set(`${section} ${key}`, botOf(branch(entries, key)));
  }
  bots.set('', botOf(data));
  return {
    event: text(tree, 'event') ?? '',
    memberId: text(tree, 'auth', 'member_id') ?? '',
    applicationToken: text(tree, 'auth', 'application_token') ?? '',
    dialogId: text(data, 'PARAMS', 'DIALOG_ID') ?? '',
    messageId: text(data, 'PARAMS', 'MESSAGE_ID') ?? '',
    bots,
    second: {
      botId: text(data, 'bot', 'id') ?? '',
      botCode: text(data, 'bot', 'code') ?? '',
      dialogId: text(data, 'dialogId') ?? '',
      chatDialogId: text(data, 'chat', 'dialogId') ?? '',
      messageId: text(data, 'messageId') ?? '',
      toldMessageId: text(data, 'message', 'id') ?? '',
    },
  };
}

const botOf = (entry: FormTree | undefined) => ({
  id: text(entry, 'BOT_ID') ?? '',
  code: text(entry, 'BOT_CODE') ?? '',
});

function isToken([name = '', section, first, second]: readonly string[]): boolean {
  if (name.startsWith('auth')) return name !== 'auth' || section !== 'user_id';
  if (name !== 'data') return false;
  if (section === 'bot') return tokenFields.has(first ?? '');
  return (section === 'BOT' || section === 'COMMAND') && tokenFields.has(second ?? '');
}
