/** What staff and the AI read from us, in Russian. */
import type { StaffTexts } from './en.ts';

export const ru: StaffTexts = {
  handover: 'Selarti передаёт разговор оператору.',
  panelLeads: 'Selarti передала разговор своим операторам: они отвечают в панели Selarti.',
  closed: 'Selarti закрыла диалог и больше не отвечает.',
  closedBefore:
    'Selarti закрыла диалог и больше не отвечает, поэтому последнее сообщение ей не отправлено. Чтобы она отвечала снова: снимите тег в её панели, затем наберите /bot.',
  robot: 'Selarti считает собеседника роботом.',
  robotSilence:
    'Selarti считает собеседника роботом: сутки ей ничего не отправляется и от неё ничего не показывается. Прекратить тишину: /operator, затем /bot.',
  facts: { get_contact: 'контакт получен', interest: 'клиент заинтересован', success: 'диалог успешен' },
  contacts: (line) => `контакты: ${line}`,
  tags: { get_contact: '#контакт', contacts: '#контакт', interest: '#интерес', success: '#успех' },
  panel: (url) => `Диалог в панели Selarti: ${url}`,
  share: (url) => `Только чтение; по этому адресу диалог может прочитать кто угодно: ${url}`,
  turnsReached: (limit) =>
    `Достигнуто ограничение подключения к Selarti: ${limit} сообщений в день на разговор. Последнее сообщение ей не отправлено.`,
  monthReached: (limit) =>
    `Достигнуто ограничение подключения к Selarti: ${limit} сообщений в месяц. Последнее сообщение ей не отправлено.`,
  file: (name, link) => (link === '' ? `[Файл: ${name}]` : `[Файл: ${name}] ${link}`),
  edited: (text) => `[Исправление прежнего сообщения] ${text}`,
  deleted: '[Клиент удалил прежнее сообщение]',
};
