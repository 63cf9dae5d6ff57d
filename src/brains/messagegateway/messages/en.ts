/** What managers in MessageGateway read from us, in English. */

/** Kinds of CRM records; others are called what the portal calls them. */
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
    `The conversation is led from here again. To give it to a person in Bitrix24: /${command}`,
  help: (command: string) =>
    `/bot – take the conversation back here\n/${command} – give it to a person in Bitrix24\n/help – this hint`,
  /** Of a time such as `21.11.2026 12:00:05 – 12:40:11 (UTC)`. */
  peopleLed: (span: string) => `People in Bitrix24 led it: ${span}`,
  takeoverSummary: 'Said meanwhile:',
  /** Lines that are left out at the beginning of what was said. */
  earlier: (count: number) => `… (messages before these: ${count})`,
  crmLinks: 'The customer in the Bitrix24 CRM:',
  records,
  notShown: {
    person_owns: 'A person in Bitrix24 leads this conversation, so the message was not shown',
    access: 'Bitrix24 does not let the bot write to this chat',
    no_chat: 'The chat in Bitrix24 is gone',
    template: 'Chats of Bitrix24 have no templates; write it as text',
    empty: 'There is nothing in the message that Bitrix24 could show',
    file: 'The file could not be carried to Bitrix24: it is too large or no longer there',
    disabled: 'The connection to Bitrix24 is stopped; the message was not shown',
    away: 'Bitrix24 cannot be reached now; the message was not shown, send it again later',
    unknown:
      'The connection to Bitrix24 broke: it is not known whether the customer has seen the message. Look before you repeat it',
    other: 'Bitrix24 did not take the message',
  },
  /** About a message that counts as failed here and was shown, was shown in part, or may have been shown. */
  late: {
    heading: (messageId: string) => `Message ${messageId} is marked as failed,`,
    shown: (portalMessageId: string) =>
      `but the customer has seen it (no. ${portalMessageId} in Bitrix24). There is no need to repeat it.`,
    partly: (portalMessageId: string) => `but the customer has seen a part of it (no. ${portalMessageId} in Bitrix24).`,
    unknown: (_portalMessageId: string) =>
      'and it is not known whether the customer has seen it. Look in Bitrix24 before you repeat it.',
  },
  /** A change of a message that Bitrix24 did not make. */
  notChanged: {
    edit: (text: string, reason: string) => `The customer will not see the edit “${text}”. ${reason}`,
    delete: (messageId: string, reason: string) =>
      `The customer still has the message (no. ${messageId} in Bitrix24). ${reason}`,
    tooLate: 'Bitrix24 does not let this message be changed: it is older than three days, or gone already',
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

export type ManagerMessages = typeof en;
