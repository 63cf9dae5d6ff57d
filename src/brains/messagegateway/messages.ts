/** What managers in MessageGateway read from us. */
import type { MessageGatewayConfig } from './config.ts';

interface Words {
  readonly personLeads: string;
  readonly brainLeads: (command: string) => string;
  readonly help: (command: string) => string;
  /** Of a time such as `21.11.2026 12:00:05 – 12:40:11 (UTC)`. */
  readonly peopleLed: (span: string) => string;
  readonly takeoverSummary: string;
  /** Lines that are left out at the beginning of what was said. */
  readonly earlier: (count: number) => string;
  readonly crmLinks: string;
  /** Kinds of CRM records; others are called what the portal calls them. */
  readonly records: Readonly<Record<string, string>>;
  readonly notShown: Readonly<
    Record<
      'person_owns' | 'access' | 'no_chat' | 'template' | 'empty' | 'file' | 'disabled' | 'away' | 'unknown' | 'other',
      string
    >
  >;
  /** About a message that counts as failed here and was shown, was shown in part, or may have been shown. */
  readonly late: {
    readonly heading: (messageId: string) => string;
    readonly shown: (portalMessageId: string) => string;
    readonly partly: (portalMessageId: string) => string;
    readonly unknown: (portalMessageId: string) => string;
  };
  /** A change of a message that Bitrix24 did not make. */
  readonly notChanged: {
    readonly edit: (text: string, reason: string) => string;
    readonly delete: (messageId: string, reason: string) => string;
    readonly tooLate: string;
  };
  readonly order: (number: string) => string;
  readonly facts: Readonly<
    Record<'article' | 'price' | 'quantity' | 'status' | 'delivery' | 'payment' | 'discount' | 'total', string>
  >;
  readonly paid: string;
}

const ru: Words = {
  personLeads: 'Разговор ведёт сотрудник в Bitrix24: ответы отсюда клиент не увидит. Вернуть разговор: /bot',
  brainLeads: (command) => `Разговор снова ведётся отсюда. Передать сотруднику в Bitrix24: /${command}`,
  help: (command) =>
    `/bot – вернуть разговор сюда\n/${command} – передать разговор сотруднику в Bitrix24\n/help – эта подсказка`,
  peopleLed: (span) => `Его вели сотрудники в Bitrix24: ${span}`,
  takeoverSummary: 'За это время сказано:',
  earlier: (count) => `… (до этого сообщений: ${count})`,
  crmLinks: 'Клиент в CRM Bitrix24:',
  records: { LEAD: 'лид', CONTACT: 'контакт', COMPANY: 'компания', DEAL: 'сделка' },
  notShown: {
    person_owns: 'Разговор ведёт сотрудник в Bitrix24, сообщение не показано',
    access: 'Bitrix24 не разрешает боту писать в этот чат',
    no_chat: 'Чата в Bitrix24 больше нет',
    template: 'В чатах Bitrix24 нет шаблонов; напишите текстом',
    empty: 'В сообщении нет ничего, что Bitrix24 мог бы показать',
    file: 'Файл не удалось передать в Bitrix24: он слишком велик или больше не доступен',
    disabled: 'Подключение к Bitrix24 остановлено, сообщение не показано',
    away: 'Связь с Bitrix24 сейчас недоступна, сообщение не показано; отправьте его ещё раз позже',
    unknown: 'Связь с Bitrix24 прервалась: неизвестно, увидел ли клиент сообщение. Проверьте, прежде чем повторять',
    other: 'Bitrix24 не принял сообщение',
  },
  late: {
    heading: (messageId) => `Сообщение № ${messageId} отмечено как неотправленное,`,
    shown: (portalMessageId) => `но клиент его увидел (в Bitrix24 № ${portalMessageId}). Повторять не нужно.`,
    partly: (portalMessageId) => `но часть его клиент увидел (в Bitrix24 № ${portalMessageId}).`,
    unknown: () => 'и неизвестно, увидел ли его клиент. Проверьте в Bitrix24, прежде чем повторять.',
  },
  notChanged: {
    edit: (text, reason) => `Клиент не увидит правку «${text}». ${reason}`,
    delete: (messageId, reason) => `Сообщение осталось у клиента (в Bitrix24 № ${messageId}). ${reason}`,
    tooLate: 'Bitrix24 не даёт менять это сообщение: прошло больше трёх дней, или его уже нет',
  },
  order: (number) => (number === '' ? 'Заказ' : `Заказ № ${number}`),
  facts: {
    article: 'Артикул',
    price: 'Цена',
    quantity: 'Количество',
    status: 'Статус',
    delivery: 'Доставка',
    payment: 'Оплата',
    discount: 'Скидка',
    total: 'Итого',
  },
  paid: 'оплачено',
};

const en: Words = {
  personLeads:
    'A person in Bitrix24 leads this conversation: the customer does not see answers from here. To take it back: /bot',
  brainLeads: (command) => `The conversation is led from here again. To give it to a person in Bitrix24: /${command}`,
  help: (command) =>
    `/bot – take the conversation back here\n/${command} – give it to a person in Bitrix24\n/help – this hint`,
  peopleLed: (span) => `People in Bitrix24 led it: ${span}`,
  takeoverSummary: 'Said meanwhile:',
  earlier: (count) => `… (messages before these: ${count})`,
  crmLinks: 'The customer in the Bitrix24 CRM:',
  records: { LEAD: 'lead', CONTACT: 'contact', COMPANY: 'company', DEAL: 'deal' },
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
  late: {
    heading: (messageId) => `Message ${messageId} is marked as failed,`,
    shown: (portalMessageId) =>
      `but the customer has seen it (no. ${portalMessageId} in Bitrix24). There is no need to repeat it.`,
    partly: (portalMessageId) => `but the customer has seen a part of it (no. ${portalMessageId} in Bitrix24).`,
    unknown: () => 'and it is not known whether the customer has seen it. Look in Bitrix24 before you repeat it.',
  },
  notChanged: {
    edit: (text, reason) => `The customer will not see the edit “${text}”. ${reason}`,
    delete: (messageId, reason) => `The customer still has the message (no. ${messageId} in Bitrix24). ${reason}`,
    tooLate: 'Bitrix24 does not let this message be changed: it is older than three days, or gone already',
  },
  order: (number) => (number === '' ? 'Order' : `Order ${number}`),
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

/** The words of a language. */
export function wordsOf(language: MessageGatewayConfig['language']): Words {
  return language === 'ru' ? ru : en;
}
