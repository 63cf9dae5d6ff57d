/** What managers in MessageGateway read from us, in Russian. */
import type { ManagerMessages } from './en.ts';

export const ru: ManagerMessages = {
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
