/** The profiles of our bots in a portal: name, colour, description, avatar. */
import { hash } from 'node:crypto';
import type { BotColor, BotType } from '../../core/bot.ts';
import { botTexts } from '../../core/bot-texts.ts';
import type { Language } from '../../core/language.ts';
import { usualPicture } from './bot-avatar.ts';
import type { WantedBot } from './set-up-types.ts';

const colors: Readonly<Record<BotType, BotColor>> = { O: 'AZURE', S: 'MARENGO', B: 'GREEN', P: 'PURPLE' };

/** PROPERTIES for `imbot.register` and `imbot.update`. */
export function propertiesOf(
  bot: Pick<WantedBot, 'type' | 'name' | 'color' | 'picture' | 'picture_number'>,
  language: Language,
) {
  return {
    NAME: bot.name,
    LAST_NAME: '',
    COLOR: bot.color ?? colors[bot.type],
    WORK_POSITION: botTexts(language).work[bot.type],
    // Bare Base64: the portal silently ignores a picture with a data: prefix.
    PERSONAL_PHOTO: (bot.picture ?? usualPicture(bot.type, bot.picture_number)).toString('base64'),
  };
}

/** The types of bots as `imbot.v2` names them. */
export const typeNames: Readonly<Record<BotType, string>> = {
  B: 'bot',
  O: 'openline',
  S: 'supervisor',
  P: 'personal',
};

/** The same properties for `imbot.v2.Bot.register` and `imbot.v2.Bot.update`. */
export function propertiesV2(properties: ReturnType<typeof propertiesOf>, withAvatar: boolean) {
  return {
    name: properties.NAME,
    lastName: properties.LAST_NAME,
    // `lightBlue` for LIGHT_BLUE.
    color: properties.COLOR.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    workPosition: properties.WORK_POSITION,
    ...(withAvatar ? { avatar: properties.PERSONAL_PHOTO } : {}),
  };
}

/** The properties in a form that can be stored: a picture as a hash. */
export function storableProfile(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, value.length > 200 ? hash('sha256', value) : value]),
  );
}
