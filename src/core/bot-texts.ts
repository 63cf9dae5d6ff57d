/** The texts of our bots themselves, in the portal's language. Bitrix24's moderation requires a greeting with help and the command list. */
import type { ChatKind, Language } from './events.ts';

interface BotTexts {
  readonly greeting: Readonly<Record<ChatKind, (botName: string) => string>>;
  readonly help: Readonly<Record<ChatKind, (botName: string) => string>>;
  readonly commands: string;
  readonly handedBack: string;
  readonly handedBackAfter: (minutes: number) => string;
  /** The label of the button that gives the conversation back. */
  readonly giveBack: string;
  readonly handedOver: string;
  readonly fileOnly: (names: string) => string;
  /** A change of a message that the brain did not accept. */
  readonly changeFailed: Readonly<Record<'edit' | 'delete', string>>;
}

const ru: BotTexts = {
  greeting: {
    private: (name) => `Здравствуйте! Я ${name}. Напишите вопрос, и я отвечу.`,
    group: (name) => `Здравствуйте! Я ${name}. Я отвечаю, когда меня упоминают: @${name} и ваш вопрос.`,
    line: (name) => `Здравствуйте! Я ${name}. Напишите, чем помочь. Чтобы позвать оператора, отправьте 0.`,
  },
  help: {
    private: () => 'Пишите обычными словами: каждое сообщение получит ответ.',
    group: (name) => `Упомяните меня (@${name}) в сообщении, и я отвечу. Остальные сообщения я не комментирую.`,
    line: () => 'Пишите обычными словами. Цифра 0 зовёт оператора.',
  },
  commands: 'Команды:\n/help – эта подсказка\n/bot – вернуть разговор боту\n/operator – передать разговор человеку',
  handedBack: 'Разговор снова ведёт бот.',
  handedBackAfter: (minutes) => `Сотрудники молчат ${minutes} мин., разговор снова ведёт бот.`,
  giveBack: 'Вернуть боту',
  handedOver: 'Разговор передан человеку, бот молчит. Вернуть: /bot',
  fileOnly: (names) => `[Файл: ${names}]`,
  changeFailed: {
    edit: 'Сообщение изменили, но передать правку дальше не удалось: на той стороне остался прежний текст.',
    delete: 'Сообщение удалили, но передать это дальше не удалось: на той стороне оно осталось.',
  },
};

const en: BotTexts = {
  greeting: {
    private: (name) => `Hello! I am ${name}. Write your question and I will answer.`,
    group: (name) => `Hello! I am ${name}. I answer when I am mentioned: @${name} and your question.`,
    line: (name) => `Hello! I am ${name}. How can I help? Send 0 to call a person.`,
  },
  help: {
    private: () => 'Write in plain words: every message gets an answer.',
    group: (name) => `Mention me (@${name}) in a message and I will answer. I do not comment on anything else.`,
    line: () => 'Write in plain words. The digit 0 calls a person.',
  },
  commands:
    'Commands:\n/help – this hint\n/bot – give the conversation back to the bot\n/operator – hand it to a person',
  handedBack: 'The bot is leading the conversation again.',
  handedBackAfter: (minutes) =>
    `Nobody has said anything for ${minutes} min; the bot is leading the conversation again.`,
  giveBack: 'Give back to the bot',
  handedOver: 'A person is leading the conversation now; the bot is silent. To give it back: /bot',
  fileOnly: (names) => `[File: ${names}]`,
  changeFailed: {
    edit: 'A message was edited, but the edit could not be passed on: the other side still shows the old text.',
    delete: 'A message was deleted, but that could not be passed on: the other side still shows it.',
  },
};

/** The texts in a language. */
export function botTexts(language: Language): BotTexts {
  return language === 'ru' ? ru : en;
}

/** The commands every bot understands, with their titles as the portal shows them. */
export const botCommands = [
  { command: 'help', title: { ru: 'Подсказка', en: 'Help' } },
  { command: 'bot', title: { ru: 'Вернуть разговор боту', en: 'Give the conversation back to the bot' } },
  { command: 'operator', title: { ru: 'Передать разговор человеку', en: 'Hand the conversation to a person' } },
] as const;

/**
 * The command behind buttons that send a message to the bot: its parameters are the message. A button that sends the message as the person
 * does not work in groups, where the bot receives only mentions. Registered as hidden, because nobody types it.
 */
export const pressCommand = 'press';

/** Maps a portal language code to one of our two: Russian for the portals of its region, English elsewhere. */
export function languageOf(code: string | undefined): Language {
  return code !== undefined && ['ru', 'by', 'kz', 'ua', 'uz', 'kg', 'az', 'am', 'ge'].includes(code.toLowerCase())
    ? 'ru'
    : 'en';
}
