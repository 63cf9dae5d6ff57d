/** The messengers of Open Channels: their channel types in MessageGateway, their names, and the longest text each takes. */

import type { ChannelType } from '../api/transport-api.ts';

/** Bitrix24's own connectors. Those of other vendors have their own codes, which often contain the messenger's name. */
const typeByConnector: ReadonlyMap<string, ChannelType> = new Map([
  ['livechat', 'consultant'],
  ['telegrambot', 'telegram'],
  ['viber', 'viber'],
  ['vkgroup', 'vk'],
  ['vkgrouporder', 'vk'],
  ['ok', 'odnoklassniki'],
  ['facebook', 'fbmessenger'],
  ['facebookcomments', 'fbmessenger'],
  ['fbinstagramdirect', 'instagram'],
  ['whatsappbyedna', 'whatsapp'],
  ['whatsappbytwilio', 'whatsapp'],
  ['avito', 'avito'],
]);

/** Names to look for in other vendors' codes. Short ones (`ok`, `vk`, `max`) are left out, because many other words contain them. */
const namedInCodes = [
  'telegram',
  'whatsapp',
  'viber',
  'instagram',
  'avito',
  'odnoklassniki',
  'wildberries',
  'ozon',
] as const;

export function channelTypeOf(connector: string, known: Readonly<Record<string, ChannelType>> = {}): ChannelType {
  const code = connector.toLowerCase();
  // The code comes from outside, so it must not reach inherited properties such as `constructor`.
  const set = Object.entries(known).find(([name]) => name.toLowerCase() === code)?.[1];
  return set ?? typeByConnector.get(code) ?? namedInCodes.find((name) => code.includes(name)) ?? 'custom';
}

const names: Readonly<Partial<Record<ChannelType, string>>> = {
  telegram: 'Telegram',
  fbmessenger: 'Facebook',
  viber: 'Viber',
  whatsapp: 'WhatsApp',
  vk: 'VK',
  instagram: 'Instagram',
  odnoklassniki: 'OK',
  max: 'MAX',
  avito: 'Avito',
  ozon: 'Ozon',
  wildberries: 'Wildberries',
};

/** The messenger's name for managers. Without one: the code of another vendor, empty for Bitrix24's own. */
export function messengerName(connector: string, type: ChannelType): string {
  const code = connector.toLowerCase();
  if (code === 'livechat') return 'Live chat';
  return !typeByConnector.has(code) && names[type] === undefined ? connector : (names[type] ?? '');
}

/** Longest text, and longest caption of a file, in characters, by the rules of the messengers. */
const limits: Readonly<Partial<Record<ChannelType, { readonly text: number; readonly note: number }>>> = {
  telegram: { text: 4_096, note: 1_024 },
  whatsapp: { text: 4_096, note: 1_024 },
  vk: { text: 4_096, note: 4_096 },
  max: { text: 4_000, note: 4_000 },
  fbmessenger: { text: 2_000, note: 2_000 },
  instagram: { text: 1_000, note: 1_000 },
  avito: { text: 1_000, note: 1_000 },
  viber: { text: 7_000, note: 768 },
};

export interface TextLimits {
  readonly text: number;
  readonly note: number;
}

/** @param own the configured limits, which replace the usual ones */
export function textLimitsOf(
  type: ChannelType,
  own: Readonly<Partial<Record<ChannelType, number>>>,
): Partial<TextLimits> {
  const usual = limits[type];
  const text = own[type];
  if (text === undefined) return usual ?? {};
  return { text, note: Math.min(text, usual?.note ?? text) };
}
