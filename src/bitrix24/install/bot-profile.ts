/** The profiles of our bots in a portal: name, colour, description and a distinct avatar (a moderation rule). */
import { hash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { BotType } from '../../core/bot.ts';
import { botTexts } from '../../core/bot-texts.ts';
import type { Language } from '../../core/language.ts';

interface ProfileStyle {
  readonly color: string;
  readonly rgb: readonly [number, number, number];
}

const profiles: Readonly<Record<BotType, ProfileStyle>> = {
  O: {
    color: 'AZURE',
    rgb: [41, 128, 255],
  },
  S: {
    color: 'MARENGO',
    rgb: [88, 101, 120],
  },
  B: {
    color: 'GREEN',
    rgb: [45, 160, 95],
  },
  P: {
    color: 'PURPLE',
    rgb: [126, 87, 194],
  },
};

/** PROPERTIES for `imbot.register` and `imbot.update`. */
export function propertiesOf(bot: { readonly type: BotType; readonly name: string }, language: Language) {
  const profile = profiles[bot.type];
  return {
    NAME: bot.name,
    LAST_NAME: '',
    COLOR: profile.color,
    WORK_POSITION: botTexts(language).work[bot.type],
    // Bare Base64: the portal silently ignores a picture with a data: prefix.
    PERSONAL_PHOTO: avatar(bot.type).toString('base64'),
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
    color: properties.COLOR.toLowerCase(),
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

const avatars = new Map<BotType, Buffer>();

/** A 200 × 200 PNG: a speech bubble with one to four dots, so that the bots can be told apart at a glance. */
export function avatar(type: BotType): Buffer {
  const known = avatars.get(type);
  if (known !== undefined) return known;
  const drawn = encodePng(200, paint(profiles[type].rgb, { O: 1, S: 2, B: 3, P: 4 }[type]));
  avatars.set(type, drawn);
  return drawn;
}

type Painter = (x: number, y: number) => readonly [number, number, number];

function paint(rgb: readonly [number, number, number], dots: number): Painter {
  const white = [255, 255, 255] as const;
  return (x, y) => {
    const isTail = x > 62 && x < 96 && y >= 128 && y < 158 - (96 - x) * 0.2 && x - 62 > (y - 128) * 0.9;
    if (!isRounded(x, y) && !isTail) return rgb;
    for (let dot = 0; dot < dots; dot += 1) {
      const centre = 100 + (dot - (dots - 1) / 2) * 34;
      if ((x - centre) ** 2 + (y - 94) ** 2 < 100) return rgb;
    }
    return white;
  };
}

/** Inside the bubble: a rectangle from (42, 58) to (158, 130) with corners of radius 24. */
function isRounded(x: number, y: number): boolean {
  const dx = Math.max(66 - x, 0, x - 134);
  const dy = Math.max(82 - y, 0, y - 106);
  return dx * dx + dy * dy < 24 * 24;
}

function encodePng(size: number, painter: Painter): Buffer {
  const raw = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [r, g, b] = painter(x, y);
      raw.set([r, g, b], y * (1 + size * 3) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, colour type 2 (RGB), no interlace: PNG specification, 11.2.2.
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
