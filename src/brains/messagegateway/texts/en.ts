/** What managers in MessageGateway read from us, in English. */

/** Kinds of CRM records; other kinds keep the portal's name. */
const records: Readonly<Record<string, string>> = {
  LEAD: 'lead',
  CONTACT: 'contact',
  COMPANY: 'company',
  DEAL: 'deal',
};

export const en = {
  personLeads:
    'A person in Bitrix24 leads this conversation: the customer does not see answers from here. To take it back: /bot',
  brainLeads: (command: string) =>
    `The conversation is led from here again. To hand it over to a person in Bitrix24: /${command}`,
  help: (command: string) =>
    `/bot – take the conversation back\n/${command} – hand it over to a person in Bitrix24\n/help – show this help`,
  /** The span is written `21.11.2026 12:00:05 – 12:40:11 (UTC)`. */
  peopleLed: (span: string) => `People in Bitrix24 led it: ${span}`,
  takeoverSummary: 'Messages in the meantime:',
  /** Stands for lines left out at the beginning of the summary. */
  earlier: (count: number) => `… (${count} earlier messages)`,
  contextOpened: 'The bot was opened by a link with these data:',
  crmLinks: 'The customer in the Bitrix24 CRM:',
  records,
  notShown: {
    person_owns: 'A person in Bitrix24 leads this conversation, so the message was not shown',
    access: 'Bitrix24 does not let the bot write to this chat',
    no_chat: 'The chat in Bitrix24 no longer exists',
    template: 'Bitrix24 chats have no templates. Please write a text',
    empty: 'The message has nothing that Bitrix24 can show',
    file: 'The file could not be sent to Bitrix24: it is too large or no longer available',
    disabled: 'The connection to Bitrix24 is disabled; the message was not shown',
    away: 'Bitrix24 cannot be reached now, so the message was not shown. Please send it again later',
    unknown:
      'The connection to Bitrix24 was interrupted: it is unknown whether the customer has seen the message. Check before you send it again',
    other: 'Bitrix24 did not accept the message',
  },
  /** About a message that counts as failed here, but was shown, was shown in part, or may have been shown. */
  late: {
    heading: (messageId: string) => `Message ${messageId} is marked as failed,`,
    shown: (portalMessageId: string) =>
      `but the customer has seen it (no. ${portalMessageId} in Bitrix24). You need not send it again.`,
    partly: (portalMessageId: string) => `but the customer has seen part of it (no. ${portalMessageId} in Bitrix24).`,
    unknown: (_portalMessageId: string) =>
      'and it is unknown whether the customer has seen it. Check in Bitrix24 before you send it again.',
  },
  /** An edit or deletion of a message that Bitrix24 did not make. */
  notChanged: {
    edit: (text: string, reason: string) => `The customer will not see the edit “${text}”. ${reason}`,
    delete: (messageId: string, reason: string) =>
      `The customer still has the message (no. ${messageId} in Bitrix24). ${reason}`,
    tooLate: 'Bitrix24 does not allow changing this message: it is older than three days, or already deleted',
  },
  order: (number: string) => (number === '' ? 'Order' : `Order ${number}`),
  facts: {
    article: 'Article',
    price: 'Price',
    quantity: 'Quantity',
    status: 'Status',
    delivery: 'Delivery',
    payment: 'Payment',
    discount: 'Discount',
    total: 'Total',
  },
  paid: 'paid',
};

export type ManagerTexts = typeof en;
