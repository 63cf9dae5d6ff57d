/** The messengers behind Open Channels: which type of channel each is in MessageGateway, what people call it, how long its texts may be. */

/** The types a channel may have. */
export const channelTypes = [
  'telegram',
  'fbmessenger',
  'viber',
  'whatsapp',
  'skype',
  'vk',
  'instagram',
  'consultant',
  'yandex_chat',
  'odnoklassniki',
  'max',
  'ozon',
  'wildberries',
  'yandex_market',
  'mega_market',
  'avito',
  'drom',
  'youla',
  'custom',
] as const;

export type ChannelType = (typeof channelTypes)[number];

/** Bitrix24's own connectors; those of other vendors have codes of their own, often with the messenger's name in them. */
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

/** Looked for in codes of other vendors. Short names (`ok`, `vk`, `max`) would be found in everything. */
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
  // The code comes from outside: only own keys count.
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

/** As managers read it; empty where it would say nothing. */
export function messengerName(connector: string, type: ChannelType): string {
  const code = connector.toLowerCase();
  if (code === 'livechat') return 'Live chat';
  return !typeByConnector.has(code) && names[type] === undefined ? connector : (names[type] ?? '');
}

/** Characters of a text, and of the words under a picture, that the messengers themselves take. */
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

/** @param own as it was set; it replaces the usual limit of the type */
export function textLimitsOf(
  type: ChannelType,
  own: Readonly<Partial<Record<ChannelType, number>>>,
): Partial<TextLimits> {
  const usual = limits[type];
  const text = own[type];
  if (text === undefined) return usual ?? {};
  return { text, note: Math.min(text, usual?.note ?? text) };
}
