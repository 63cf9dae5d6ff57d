/** The commands that a bot is to have in its portal: the app's own, and those of its brain. */
import type { BotTexts } from '../../core/bot-texts/shape.ts';
import { botCommands, botTexts, pressCommand } from '../../core/bot-texts.ts';
import { languages, portalCodeOf } from '../../core/language.ts';
import { type Texts, textIn } from '../../core/texts.ts';
import type { BotCommand, SetUpOptions } from './set-up-types.ts';

export interface WantedCommand extends BotCommand {
  readonly isHidden: boolean;
}

const nothing: Texts = { ru: '', en: '' };

/** The portal requires a title even for a command it does not show. */
const own: readonly WantedCommand[] = [
  ...botCommands.map((name) => ({ name, title: titleOf(name), params: nothing, isHidden: false })),
  { name: pressCommand, title: titleOf(pressCommand), params: nothing, isHidden: true },
];

function titleOf(command: keyof BotTexts['commandTitles']): Texts {
  const titles = languages.map((language) => [language, botTexts(language).commandTitles[command]] as const);
  return { en: '', ru: '', ...Object.fromEntries(titles) };
}

export function wantedFor(code: string, { bots }: Pick<SetUpOptions, 'bots'>): readonly WantedCommand[] {
  const { commands = [] } = bots.find((bot) => bot.code === code) ?? {};
  return [...own, ...commands.map((command) => ({ ...command, isHidden: false }))];
}

/** The texts that the portal shows for a command, to compare with what we last sent. */
export function titlesOf({ title, params }: WantedCommand): string {
  const hasParams = Object.values(params).some((text) => text !== '');
  return JSON.stringify(hasParams ? { title, params } : title);
}

/** Title and parameters in each language, under the portal's code for the language. */
export function textsOf({ title, params }: WantedCommand) {
  return languages.flatMap((language) => {
    const text = title[language];
    return text === undefined ? [] : [{ code: portalCodeOf(language), title: text, params: textIn(params, language) }];
  });
}
