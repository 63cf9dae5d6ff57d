/** Writes the text of a Bitrix24 message for the brain: in the markup language the brain wants, in parts short enough for it. */
import type { Capabilities } from './connector.ts';
import { plainMarkup, type TextForm } from './markup/markup.ts';
import { readBb } from './markup/read-bb.ts';
import { splitMarkup } from './markup/split-markup.ts';
import { splitText } from './split-text.ts';

/** The parts of the text, at least one.  @param attached a line of ours that follows the text */
export function brainParts(
  { text, markup }: { readonly text: string; readonly markup?: string },
  { maxTextLength, messageForm = 'plain' }: Pick<Capabilities, 'maxTextLength' | 'messageForm'>,
  attached = '',
): readonly string[] {
  const parts =
    messageForm === 'plain'
      ? splitText([text, attached].filter((part) => part !== '').join('\n'), maxTextLength)
      : formattedParts({ text, ...(markup === undefined ? {} : { markup }) }, attached, messageForm, maxTextLength);
  return parts.length === 0 ? [''] : parts;
}

function formattedParts(
  { text, markup }: { readonly text: string; readonly markup?: string },
  attached: string,
  form: TextForm,
  limit: number,
): readonly string[] {
  const said = markup === undefined ? plainMarkup(text) : readBb(markup);
  const line = plainMarkup(attached === '' || text === '' ? attached : `\n${attached}`);
  return splitMarkup([...said, ...line], form, limit);
}
