/** Buttons in Bitrix24's form (dossier §9.2). Labels, and what pressing them says, come from outside and are escaped like any text. */
import type { Button } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb } from './bb-code.ts';

/** Serialised KEYBOARD may have fewer than this many characters; buttons that do not fit are left out. */
const maxKeyboardLength = 60_000;

/** Longest label: more does not show on a button. */
const maxLabel = 250;

/** Longest text a button says, or parameter it carries. */
const maxValue = 2_000;

/**
 * A keyboard for `imbot.v2.Chat.Message.send` and `imbot.message.add`; one button a row, as they read best in a narrow chat. Null when
 * none of the buttons can be shown: an empty keyboard would make the portal refuse the whole message.
 */
export function toKeyboard(buttons: readonly Button[], botId: string): Readonly<Record<string, unknown>> | null {
  const rows: Readonly<Record<string, string>>[] = [];
  let length = 100;
  for (const button of buttons) {
    const shown = toButton(button);
    if (shown === null) continue;
    const added = rows.length === 0 ? [shown] : [{ TYPE: 'NEWLINE' }, shown];
    length += JSON.stringify(added).length;
    if (length >= maxKeyboardLength) break;
    rows.push(...added);
  }
  return rows.length === 0 ? null : { BOT_ID: Number(botId), BUTTONS: rows };
}

/** Null where the portal would refuse it, or it would lead where nobody should be led. */
function toButton(button: Button): Readonly<Record<string, string>> | null {
  const label = escapeBb(button.label.trim().slice(0, maxLabel).toWellFormed());
  if (label === '') return null;
  const look = { TEXT: label, DISPLAY: 'LINE' };
  switch (button.type) {
    case 'say': {
      // The portal posts it in the presser's own name.
      const said = escapeBb(button.text.slice(0, maxValue).toWellFormed());
      return said.trim() === '' ? null : { ...look, ACTION: 'SEND', ACTION_VALUE: said };
    }
    case 'link':
      return toLink(look, button.url);
    case 'command':
      return { ...look, COMMAND: button.command, COMMAND_PARAMS: button.params.slice(0, maxValue).toWellFormed() };
  }
}

/** A LINK may only be an address of the web; a phone is called by an ACTION, and mail addresses have no button. */
function toLink(look: Readonly<Record<string, string>>, url: string): Readonly<Record<string, string>> | null {
  const phone = /^tel:(\+?\d{3,15})$/.exec(url)?.[1];
  if (phone !== undefined) return { ...look, ACTION: 'CALL', ACTION_VALUE: phone };
  const link = publicLink(url);
  return link === null ? null : { ...look, LINK: link };
}
