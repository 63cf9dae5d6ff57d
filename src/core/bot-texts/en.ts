/** What the bots say in English. */
import type { BotTexts } from './shape.ts';

export const en: BotTexts = {
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
  takenOver: (name) => `${name} leads the conversation now; the bot is silent. To give it back: /bot`,
  silence: {
    toCustomer: 'Sorry for the wait, I am calling a colleague.',
    note: (minutes) => `No answer has come for ${minutes} min; the conversation was handed to people.`,
  },
  unanswered: {
    toCustomer: 'Thank you for your message. I am calling a colleague, who will answer you here.',
    note: 'Nobody is connected who answers for this bot: the conversation was handed to people. An administrator chooses who answers in the app of the bots.',
    toEmployee:
      'I cannot answer yet: nobody is connected who answers for me. An administrator opens the app of the bots in Bitrix24 and chooses “Who answers”.',
  },
  tooManyTurns: {
    toCustomer: 'I am calling a colleague.',
    note: (turns, minutes) =>
      `${turns} answers within ${minutes} min: this looks like two machines talking to each other. The bot is silent now. To give the conversation back: /bot`,
  },
  fileOnly: (names) => `[File: ${names}]`,
  changeFailed: {
    edit: 'A message was edited, but the edit could not be passed on: the other side still shows the old text.',
    delete: 'A message was deleted, but that could not be passed on: the other side still shows it.',
  },
  appTrouble: {
    not_finished:
      'The app of the bots has to be opened once: after an installation or update Bitrix24 sends it no messages until an administrator has opened it. Until then the bots hear nothing.',
    payment_expired:
      'Bitrix24 says that the app of the bots is not paid for. Until it is, Bitrix24 sends it no messages, and the bots hear nothing.',
  },
  commandTitles: {
    help: 'Help',
    bot: 'Give the conversation back to the bot',
    operator: 'Hand the conversation to a person',
    press: 'Button',
  },
  defaultNames: { O: 'Line helper', S: 'Supervisor', B: 'Assistant', P: 'Personal assistant' },
  work: {
    O: 'Answers customers in Open Channels',
    S: 'Helps in group chats when mentioned',
    B: 'Answers employees in private chats',
    P: 'Personal assistant: reads the chats it is in',
  },
};
