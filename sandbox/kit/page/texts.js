/** The texts of a page in Russian and English: those that several pages need, and those that the page adds. */

const TEXTS = {
  ru: {
    language: 'Язык',
    loading: 'Загрузка…',
    offline: 'нет связи, пробую снова',
    failed: 'Не получилось загрузить страницу: ',
    retry: 'Повторить',
    log: 'Журнал',
    write: 'Сообщение',
    send: 'Отправить',
    attach: 'Файл',
    attached: 'Прикреплено: ',
    tooBig: 'Файл слишком большой',
    refused: 'Не получилось: ',
    edited: 'изменено',
    deleted: 'сообщение удалено',
    edit: 'Изменить',
    remove: 'Удалить',
    newText: 'Новый текст сообщения',
    reply: 'Ответ на: ',
    chats: 'Диалоги',
    conversation: 'Переписка',
    choose: 'Выберите диалог слева.',
    chooseNarrow: 'Выберите диалог на вкладке «Диалоги».',
    noMessages: 'Сообщений пока нет.',
    faults: 'Сбои',
    clearFaults: 'Убрать сбои',
    done: 'Сделано: ',
    calls: 'Вызовы API',
    webhooks: 'Вебхуки',
    noWebhooks: 'Вебхуков ещё не было.',
    noCalls: 'Вызовов ещё не было.',
    ms: 'мс',
  },
  en: {
    language: 'Language',
    loading: 'Loading…',
    offline: 'no connection, trying again',
    failed: 'The page could not be loaded: ',
    retry: 'Try again',
    log: 'Log',
    write: 'Message',
    send: 'Send',
    attach: 'File',
    attached: 'Attached: ',
    tooBig: 'The file is too large',
    refused: 'This did not work: ',
    edited: 'edited',
    deleted: 'message deleted',
    edit: 'Edit',
    remove: 'Delete',
    newText: 'New text of the message',
    reply: 'Reply to: ',
    chats: 'Conversations',
    conversation: 'Conversation',
    choose: 'Choose a conversation on the left.',
    chooseNarrow: 'Choose a conversation on the “Conversations” tab.',
    noMessages: 'No messages yet.',
    faults: 'Faults',
    clearFaults: 'Clear faults',
    done: 'Done: ',
    calls: 'API calls',
    webhooks: 'Webhooks',
    noWebhooks: 'No webhooks yet.',
    noCalls: 'No calls yet.',
    ms: 'ms',
  },
};

const KEY = 'sandbox-language';
let language = localStorage.getItem(KEY) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en');

/** Adds the page's own texts, by language; they override the shared ones. */
export function addTexts(own) {
  for (const [name, texts] of Object.entries(own)) Object.assign(TEXTS[name], texts);
}

/** The chosen language, `ru` or `en`. */
export function currentLanguage() {
  return language;
}

/** Remembers the choice for the next visit. */
export function setLanguage(next) {
  language = next === 'ru' ? 'ru' : 'en';
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
}

/** The text for a key in the chosen language. */
export function text(key) {
  return TEXTS[language]?.[key] ?? TEXTS.en[key] ?? key;
}
