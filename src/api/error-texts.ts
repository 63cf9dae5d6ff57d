/** What a reader is told of an error. For a code without a text here, it is the error's own message, in English. */
import type { Brain } from '../core/brain.ts';
import type { Language } from '../core/language.ts';
import { type Texts, textIn } from '../core/texts.ts';

const texts: Readonly<Record<string, Texts>> = {
  'page.session_over': {
    en: 'The page has been open for too long. Open it again.',
    ru: 'Страница открыта слишком давно. Откройте её снова.',
  },
  'page.not_allowed': {
    en: 'An administrator of your Bitrix24 has to allow this.',
    ru: 'На это нужно разрешение администратора вашего Битрикс24.',
  },
  'api.invalid': { en: 'Some values do not fit.', ru: 'Некоторые значения не подходят.' },
  'api.unreadable': { en: 'The request is not JSON.', ru: 'Запрос не в формате JSON.' },
  'api.unknown': { en: 'There is nothing at this address.', ru: 'По этому адресу ничего нет.' },
  'api.too_many': {
    en: 'Too many attempts. Try again in a minute.',
    ru: 'Слишком много попыток. Повторите через минуту.',
  },
  unavailable: { en: 'Not available right now. Try again.', ru: 'Сейчас недоступно. Повторите попытку.' },
  'portal.uninstalled': { en: 'The app has been removed.', ru: 'Приложение удалено.' },
  'settings.too_long': {
    en: 'This installation does not keep messages for so long.',
    ru: 'Эта установка не хранит сообщения так долго.',
  },
  'erase.not_confirmed': {
    en: 'What was typed is not the same. Nothing was erased.',
    ru: 'Введено не то же самое. Ничего не удалено.',
  },
  'export.under_way': {
    en: 'An export of this portal is being written already. Wait until it is done.',
    ru: 'Выгрузка этого портала уже идёт. Дождитесь её окончания.',
  },
  'bot.unknown': { en: 'This bot no longer exists.', ru: 'Этого бота больше нет.' },
  'bot.exists': { en: 'There is a bot with this code already.', ru: 'Бот с таким кодом уже есть.' },
  'bot.too_many': {
    en: 'Bitrix24 allows an app no more bots. Remove one first.',
    ru: 'Битрикс24 не разрешает приложению больше ботов. Сначала удалите одного.',
  },
  'bot.changed': {
    en: 'Somebody else has changed this bot meanwhile. Look again before you repeat it.',
    ru: 'Этого бота тем временем изменили. Посмотрите ещё раз, прежде чем повторить.',
  },
  'bot.deleted': {
    en: 'Somebody deleted this bot in Bitrix24. Add it again as a new one.',
    ru: 'Этого бота удалили в Битрикс24. Добавьте его заново.',
  },
  'bot.bad_name': { en: 'A name has 1 to 100 characters.', ru: 'В имени от 1 до 100 знаков.' },
  'bot.which_connection': {
    en: 'Choose the account with which the bot answers.',
    ru: 'Выберите учётную запись, с которой отвечает бот.',
  },
  'connection.in_use': {
    en: 'Bots still answer with this connection. Give them another one first.',
    ru: 'С этим подключением ещё отвечают боты. Сначала дайте им другое.',
  },
  'connection.too_many': {
    en: 'There are 50 connections already. Remove one that no bot uses first.',
    ru: 'Подключений уже 50. Сначала удалите ненужное.',
  },
  'connection.changed': {
    en: 'Somebody else has changed this connection meanwhile. Look again before you repeat it.',
    ru: 'Это подключение тем временем изменили. Посмотрите ещё раз, прежде чем повторить.',
  },
  'page.unknown_connection': { en: 'This connection no longer exists.', ru: 'Этого подключения больше нет.' },
  'deliveries.no_connection': { en: 'This connection no longer exists.', ru: 'Этого подключения больше нет.' },
  'deliveries.unknown': { en: 'There is no such delivery any more.', ru: 'Этой отправки больше нет.' },
  'deliveries.waiting': { en: 'It is still being tried.', ru: 'Отправка ещё продолжается.' },
  'deliveries.confirm': {
    en: 'It may have arrived already. Confirm to send it again.',
    ru: 'Возможно, сообщение уже дошло. Подтвердите повторную отправку.',
  },
  'deliveries.just_sent': { en: 'It was sent again a moment ago.', ru: 'Его только что отправили ещё раз.' },
  'line.unknown': { en: 'This Open Channel no longer exists.', ru: 'Этой открытой линии больше нет.' },
  'line.taken': {
    en: "Another app's bot meets the customers of this line.",
    ru: 'Клиентов этой линии встречает бот другого приложения.',
  },
  'line.forbidden': {
    en: 'Who installed the app may not edit Open Channels. An administrator who may opens the app once, or sets the bot in the line itself.',
    ru: 'Установивший приложение не вправе менять открытые линии. Пусть приложение один раз откроет администратор с этим правом, или выберите бота в самой линии.',
  },
  'bot.not_registered': { en: 'The bot is not in Bitrix24 yet.', ru: 'Бота пока нет в Битрикс24.' },
  'bot.not_for_lines': {
    en: 'Only a bot for Open Channels can meet customers.',
    ru: 'Клиентов может встречать только бот для открытых линий.',
  },
  'bot.bad_picture': {
    en: 'A picture is a square PNG of 50 to 1000 pixels and at most 300 KiB.',
    ru: 'Картинка — квадратный PNG от 50 до 1000 пикселей, не больше 300 КБ.',
  },
  'bot.bad_code': {
    en: 'A code is made of letters, digits, _ . and -',
    ru: 'Код состоит из латинских букв, цифр, _ . и -',
  },
  'conversation.unknown': { en: 'This conversation no longer exists.', ru: 'Этого диалога больше нет.' },
  'conversation.person_leads': {
    en: 'A person leads the conversation. Give it back to the bot first, or write in the chat yourself.',
    ru: 'Диалог ведёт человек. Сначала верните его боту или напишите в чат сами.',
  },
  'dead_letters.unknown': {
    en: 'This has been sent again or dropped meanwhile.',
    ru: 'Это уже отправили снова или убрали.',
  },
  'connection.unknown': { en: 'This connection no longer exists.', ru: 'Этого подключения больше нет.' },
};

/** @param message the English text, used if neither this table nor a brain has a text for the code */
export function errorText(
  { code, message }: { readonly code: string; readonly message: string },
  language: Language,
  brains: readonly Pick<Brain, 'problemTexts'>[],
): string {
  const known = [texts, ...brains.map(({ problemTexts }) => problemTexts ?? {})];
  const text = known.find((one) => Object.hasOwn(one, code))?.[code];
  return text === undefined ? message : textIn(text, language);
}
