/** Buttons in Bitrix24's form (dossier §9.2). */
import type { Button } from '../../core/events.ts';

/** A keyboard for `imbot.v2.Chat.Message.send` and `imbot.message.add`; one button a row, as they read best in a narrow chat. */
export function toKeyboard(buttons: readonly Button[], botId: string): Readonly<Record<string, unknown>> {
  const rows = buttons.flatMap((button, index) =>
    index === 0 ? [toButton(button)] : [{ TYPE: 'NEWLINE' }, toButton(button)],
  );
  return { BOT_ID: Number(botId), BUTTONS: rows };
}

function toButton(button: Button): Readonly<Record<string, string>> {
  const look = { TEXT: button.label, DISPLAY: 'LINE' };
  switch (button.type) {
    case 'say':
      return { ...look, ACTION: 'SEND', ACTION_VALUE: button.text };
    case 'link':
      return { ...look, LINK: button.url };
    case 'call':
      return { ...look, ACTION: 'CALL', ACTION_VALUE: button.phone };
    case 'command':
      return { ...look, COMMAND: button.command, COMMAND_PARAMS: button.params };
  }
}
