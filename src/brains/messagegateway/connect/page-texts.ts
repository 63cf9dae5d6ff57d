/** What the connection page says, in both languages. */

export type Language = 'ru' | 'en';

export interface PageTexts {
  readonly title: string;
  readonly lead: string;
  readonly account: string;
  readonly accountHint: string;
  readonly key: string;
  readonly keyHint: string;
  readonly keyGiven: string;
  readonly code: string;
  readonly codeHint: string;
  readonly portal: string;
  readonly check: string;
  readonly checking: string;
  readonly choose: string;
  readonly chooseLead: (account: string, portal: string) => string;
  readonly thinksWith: (what: string) => string;
  readonly already: string;
  readonly types: Readonly<Record<string, string>>;
  readonly next: string;
  readonly connect: string;
  readonly connecting: string;
  readonly noBots: string;
  readonly settings: SettingsTexts;
  readonly done: string;
  readonly doneLead: (bot: string, account: string) => string;
  readonly back: string;
  readonly another: string;
  readonly otherLanguage: string;
  /** By the code of an error, without `messagegateway.`. */
  readonly problems: Readonly<Record<string, string>>;
  readonly otherProblem: (message: string) => string;
}

/** What the step with the bot's settings says. */
export interface SettingsTexts {
  readonly title: string;
  readonly lead: (bot: string, account: string) => string;
  readonly language: string;
  readonly languages: Readonly<Record<'ru' | 'en', string>>;
  readonly command: string;
  readonly commandHint: string;
  readonly takesOver: string;
  readonly takesOverOptions: Readonly<Record<'unassign' | 'close' | 'note', string>>;
  readonly takesOverHint: string;
  readonly console: string;
  readonly consoleHint: string;
  readonly groups: string;
  readonly groupsOptions: Readonly<Record<'supervisors' | 'all' | 'none', string>>;
  readonly employees: string;
  readonly employeesHint: string;
  readonly otherBot: string;
  /** Heading of all other settings. */
  readonly more: string;
  readonly yes: string;
  readonly no: string;
  readonly save: string;
  readonly moreProblem: string;
  /** Above the form. */
  readonly problem: string;
  /** Beside a field, by its name. */
  readonly problems: Readonly<Record<string, string>>;
  readonly otherProblem: string;
}

const ru: PageTexts = {
  title: 'Подключение чатов к Битрикс24',
  lead: 'Бот Битрикс24 будет передавать переписку в чаты CRM, а ответы менеджеров и ботов – клиентам и сотрудникам.',
  account: 'Адрес CRM',
  accountHint: 'Например, https://demo.simla.com',
  key: 'API-ключ',
  keyHint:
    'Создайте его в CRM: Настройки → Интеграция → Ключи доступа к API. Нужны права integration_read и integration_write.',
  keyGiven: 'Ключ передала CRM, вводить его не нужно.',
  code: 'Код из Битрикс24',
  codeHint:
    'Откройте в Битрикс24 приложение Bot Bridge и нажмите «Подключить». Код действует полчаса и только один раз.',
  portal: 'Портал подтверждён',
  check: 'Проверить и продолжить',
  checking: 'Проверяем…',
  choose: 'Какого бота подключить?',
  chooseLead: (account, portal) =>
    `CRM ${account}, портал ${portal}. У каждого бота в CRM будет свой модуль и свой канал.`,
  thinksWith: (what) => `Сейчас: ${what}`,
  already: 'Уже подключён к этой CRM: подключение обновится',
  types: { O: 'Открытая линия', S: 'Наблюдатель', B: 'Обычный' },
  next: 'Далее',
  connect: 'Подключить',
  connecting: 'Подключаем…',
  noBots:
    'В портале пока нет ботов. Откройте в Битрикс24 приложение Bot Bridge, нажмите «Настроить заново» и вернитесь сюда с новым кодом.',
  settings: {
    title: 'Настройки бота',
    lead: (bot, account) => `«${bot}» и CRM ${account}. Всё уже заполнено: можно ничего не менять.`,
    language: 'Язык заметок для менеджеров',
    languages: { ru: 'Русский', en: 'English' },
    command: 'Команда передачи человеку',
    commandHint:
      'Менеджер пишет её в чате CRM с косой чертой, например /operator, и разговор переходит к сотрудникам в Битрикс24.',
    takesOver: 'Когда разговор берёт сотрудник в Битрикс24',
    takesOverOptions: {
      unassign: 'Снять диалог в CRM с ответственного',
      close: 'Закрыть диалог в CRM',
      note: 'Оставить диалог в CRM как есть',
    },
    takesOverHint: 'Менеджеры в любом случае увидят заметку.',
    console: 'Консоль в групповых чатах',
    consoleHint: 'В группе с ботом сотрудники отвечают клиентам и управляют диалогами CRM, упоминая бота.',
    groups: 'В каких группах',
    groupsOptions: { supervisors: 'Где есть наблюдатель', all: 'Где есть любой наш бот', none: 'Нигде' },
    employees: 'Кому можно',
    employeesHint:
      'Номера сотрудников Битрикс24 через запятую: номер виден в адресе профиля. Пусто – всем сотрудникам группы. Людям извне нельзя никогда.',
    otherBot: 'Выбрать другого бота',
    more: 'Все настройки',
    yes: 'Да',
    no: 'Нет',
    save: 'Сохранить',
    moreProblem: 'Это значение не подходит. Пустое поле – значение по умолчанию.',
    problem: 'Исправьте отмеченные поля.',
    problems: {
      command: 'От 1 до 32 латинских букв, цифр, знаков - и _. Слова bot и help заняты.',
      employees: 'Только номера через запятую, например 1, 42.',
    },
    otherProblem: 'Выберите один из вариантов.',
  },
  done: 'Готово',
  doneLead: (bot, account) => `«${bot}» подключён к ${account}. Канал и команды бота уже настроены, можно писать.`,
  back: 'Вернуться в CRM',
  another: 'Подключить ещё одного бота',
  otherLanguage: 'English',
  problems: {
    bad_url: 'Это не адрес CRM. Нужен адрес аккаунта без пути, например https://demo.simla.com',
    no_key: 'Введите API-ключ.',
    wrong_code:
      'Код не подходит: он введён с ошибкой, устарел или уже использован. Получите новый в приложении Bot Bridge.',
    old_page: 'Страница устарела. Начните сначала с новым кодом.',
    old_draft: 'Ссылка из CRM устарела. Нажмите «Подключить» в CRM ещё раз или введите API-ключ.',
    no_bot: 'Выберите бота.',
    crm_wrong_key: 'CRM не знает этого API-ключа. Скопируйте его целиком или создайте новый.',
    crm_no_key: 'Введите API-ключ.',
    crm_scopes: 'Ключу не хватает прав. Дайте ему integration_read и integration_write в настройках CRM.',
    crm_no_account: 'По этому адресу нет аккаунта CRM. Проверьте адрес.',
    crm_moved: 'Аккаунт переехал. Введите его новый адрес.',
    crm_unpaid: 'На счёте CRM не хватает денег, чтобы включить модуль. Пополните счёт и попробуйте снова.',
    crm_chats_off: 'CRM не приняла модуль. Проверьте, что в её настройках включены чаты.',
    crm_version: 'Эта CRM не поддерживает API версии 5.',
    crm_away: 'CRM сейчас не отвечает. Попробуйте через минуту.',
    crm_garbage: 'По этому адресу отвечает не CRM. Проверьте адрес.',
    no_access: 'CRM не выдала доступ к чатам. Проверьте, что чаты включены, и попробуйте снова.',
    unreachable: 'Адрес не отвечает. Проверьте его и попробуйте снова.',
    forbidden_address: 'По этому адресу приложению обращаться нельзя: нужен публичный адрес https.',
    gone: 'Бота или подключение успели удалить или изменить. Начните сначала.',
  },
  otherProblem: (message) => `Не получилось: ${message}`,
};

const en: PageTexts = {
  title: 'Connect chats to Bitrix24',
  lead: 'A Bitrix24 bot will carry conversations into the chats of the CRM, and the answers of managers and bots back.',
  account: 'CRM address',
  accountHint: 'For example https://demo.simla.com',
  key: 'API key',
  keyHint:
    'Create one in the CRM: Settings → Integration → API keys. It needs the rights integration_read and integration_write.',
  keyGiven: 'The CRM has given the key; you need not enter it.',
  code: 'Code from Bitrix24',
  codeHint: 'Open the Bot Bridge app in Bitrix24 and press Connect. A code is good for half an hour, and once.',
  portal: 'Portal confirmed',
  check: 'Check and continue',
  checking: 'Checking…',
  choose: 'Which bot shall be connected?',
  chooseLead: (account, portal) =>
    `CRM ${account}, portal ${portal}. Each bot has a module and a channel of its own in the CRM.`,
  thinksWith: (what) => `Now: ${what}`,
  already: 'Connected to this CRM already: its connection will be renewed',
  types: { O: 'Open Channel', S: 'Supervisor', B: 'Ordinary' },
  next: 'Next',
  connect: 'Connect',
  connecting: 'Connecting…',
  noBots:
    'The portal has no bots yet. Open the Bot Bridge app in Bitrix24, press “Set up again”, and come back with a new code.',
  settings: {
    title: 'Settings of the bot',
    lead: (bot, account) => `“${bot}” and CRM ${account}. Everything is filled in: you may leave it as it is.`,
    language: 'Language of notes to managers',
    languages: { ru: 'Русский', en: 'English' },
    command: 'Command that hands over to a person',
    commandHint:
      'A manager types it with a slash in a chat of the CRM, for example /operator, and people in Bitrix24 lead the conversation.',
    takesOver: 'When somebody in Bitrix24 takes the conversation',
    takesOverOptions: {
      unassign: 'Take the dialog in the CRM from whoever leads it',
      close: 'Close the dialog in the CRM',
      note: 'Leave the dialog in the CRM as it is',
    },
    takesOverHint: 'Managers see a note in any case.',
    console: 'Console in group chats',
    consoleHint: 'In a group with the bot employees answer customers and manage dialogs of the CRM by mentioning it.',
    groups: 'In which groups',
    groupsOptions: { supervisors: 'Those with the supervisor', all: 'Those with any bot of ours', none: 'None' },
    employees: 'Who may use it',
    employeesHint:
      'Numbers of Bitrix24 employees, with commas: the address of a profile shows the number. Empty: every employee in the group. People from outside never may.',
    otherBot: 'Choose another bot',
    more: 'All settings',
    yes: 'Yes',
    no: 'No',
    save: 'Save',
    moreProblem: 'This value does not fit. An empty field takes the default.',
    problem: 'Mend the fields that are marked.',
    problems: {
      command: '1 to 32 Latin letters, digits, - and _. The words bot and help are taken.',
      employees: 'Numbers with commas only, for example 1, 42.',
    },
    otherProblem: 'Choose one of these.',
  },
  done: 'Done',
  doneLead: (bot, account) =>
    `“${bot}” is connected to ${account}. Its channel and commands are set up; you can write now.`,
  back: 'Back to the CRM',
  another: 'Connect another bot',
  otherLanguage: 'Русский',
  problems: {
    bad_url: 'This is not the address of a CRM. Enter the account without a path, for example https://demo.simla.com',
    no_key: 'Enter the API key.',
    wrong_code: 'The code does not fit: it is mistyped, too old, or used. Get a new one in the Bot Bridge app.',
    old_page: 'This page is too old. Begin again with a new code.',
    old_draft: 'The link from the CRM is too old. Press Connect in the CRM again, or enter the API key.',
    no_bot: 'Choose a bot.',
    crm_wrong_key: 'The CRM does not know this API key. Copy the whole of it, or create a new one.',
    crm_no_key: 'Enter the API key.',
    crm_scopes: 'The key lacks rights. Grant it integration_read and integration_write in the CRM settings.',
    crm_no_account: 'There is no CRM account at this address. Check the address.',
    crm_moved: 'The account has moved. Enter its new address.',
    crm_unpaid: 'The CRM account has not enough money to switch the module on. Top it up and try again.',
    crm_chats_off: 'The CRM did not take the module. Check that chats are switched on in its settings.',
    crm_version: 'This CRM does not offer version 5 of the API.',
    crm_away: 'The CRM does not answer now. Try again in a minute.',
    crm_garbage: 'What answers at this address is not a CRM. Check the address.',
    no_access: 'The CRM gave no access to its chats. Check that they are switched on, and try again.',
    unreachable: 'The address does not answer. Check it and try again.',
    forbidden_address: 'The app may not call this address: a public https address is needed.',
    gone: 'The bot or its connection was removed or changed meanwhile. Begin again.',
  },
  otherProblem: (message) => `It did not work: ${message}`,
};

export function pageTexts(language: Language): PageTexts {
  return language === 'ru' ? ru : en;
}

/** The reader's choice, else what the browser prefers of the two. */
export function languageOfReader(chosen: string | null, accepted: string | undefined): Language {
  if (chosen === 'ru' || chosen === 'en') return chosen;
  const first = accepted?.split(',').find((tag) => /^\s*(?:ru|en)\b/i.test(tag));
  return first === undefined ? 'en' : /^\s*ru/i.test(first) ? 'ru' : 'en';
}

/** An error in the reader's words. */
export function problemText(texts: PageTexts, error: { readonly code: string; readonly message: string }): string {
  const known = texts.problems[error.code.replace(/^messagegateway\./, '')];
  if (known !== undefined) return known;
  if (error.code.startsWith('network.')) return texts.problems['forbidden_address'] ?? '';
  if (error.code.startsWith('http.')) return texts.problems['unreachable'] ?? '';
  if (error.code.startsWith('connection.')) return texts.problems['gone'] ?? '';
  return texts.otherProblem(error.message);
}
