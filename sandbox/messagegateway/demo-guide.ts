/** The guide that `npm run demo` prints for a moderator, or anybody who sees the app for the first time: ten minutes, step by step. */
import { z } from 'zod';
import type { GuideLanguage, GuidePlaces } from '../sandbox-brain.ts';

/** Addresses and keys that the steps mention. */
interface Named {
  /** The page of the sandbox portal; null: a real Bitrix24. */
  readonly chat: string | null;
  readonly manager: string;
  readonly crm: string;
  readonly apiKey: string;
}

const account = z.object({ crmUrl: z.string(), apiKey: z.string() });

interface Step {
  readonly title: string;
  readonly lines: readonly string[];
}

interface Guide {
  readonly title: string;
  readonly end: string;
  readonly steps: (named: Named) => readonly Step[];
}

const english: Guide = {
  title: 'Bot Bridge in ten minutes',
  end: 'Ctrl-C stops everything. Each start creates new accounts of the sandbox services.',
  steps: ({ chat, manager, crm, apiKey }) => [
    {
      title: 'Install',
      lines:
        chat === null
          ? [
              'In the vendor’s cabinet press “Test” and install the app into your Bitrix24.',
              'Grant both rights: chat bots and Open Channels.',
            ]
          : [`Open ${chat} and go to the “App” tab. The app is installed and its wizard starts.`],
    },
    {
      title: 'Rights and bots',
      lines: ['You need not enter anything: the wizard shows the rights and creates three bots within seconds.'],
    },
    {
      title: 'Who answers',
      lines: [
        'Choose MessageGateway and enter the account of the sandbox:',
        `    address of the CRM   ${crm}`,
        `    API key              ${apiKey}`,
        'Press “Connect”. If the key is wrong, the app tells you what to do.',
      ],
    },
    {
      title: 'Open Channel and first message',
      lines: [
        'Attach the bot to an Open Channel. In the last step write to the bot: the page shows each step of the answer.',
        `You write the answer yourself, on the manager’s page of the CRM: ${manager}`,
      ],
    },
    {
      title: 'A customer',
      lines: [
        `Write as a customer${chat === null ? ' in the widget of the Open Channel' : ' on the “Customer” tab'}. The bot greets you; the message appears on the manager’s page.`,
        'Answer there: the customer sees the answer. Edit it, send a file, send two messages at once.',
      ],
    },
    {
      title: 'A person takes over',
      lines: [
        'Send 0 as the customer: the conversation goes to the people of the Open Channel, and the bot stops answering.',
        `Answer as the operator${chat === null ? '' : ' (“Operator” tab)'}, then write /bot there: the bot leads again. It never answered while a person led.`,
      ],
    },
    {
      title: 'Something fails',
      lines: [
        'On the manager’s page open “Modules and faults” and press “500 × 5”. Write as the customer.',
        'The message waits and is sent again; nothing is lost, and nothing arrives twice.',
      ],
    },
    {
      title: 'Why?',
      lines: [
        'Open the app and its page “Conversations”: it shows the steps of every message, with times and reasons.',
        '“Overview” shows what needs attention; “Not delivered” lists the messages that were not delivered, by reason.',
      ],
    },
    {
      title: 'Remove and install again',
      lines: [
        'Remove the app with its data: its bots and all stored data are deleted. Install it again: it starts from the beginning.',
      ],
    },
  ],
};

const russian: Guide = {
  title: 'Bot Bridge за десять минут',
  end: 'Ctrl-C останавливает всё. Учётные записи учебных сервисов при каждом запуске новые.',
  steps: ({ chat, manager, crm, apiKey }) => [
    {
      title: 'Установка',
      lines:
        chat === null
          ? [
              'В кабинете разработчика нажмите «Тестировать» и установите приложение в свой Битрикс24.',
              'Согласитесь с обоими правами: чат-боты и открытые линии.',
            ]
          : [`Откройте ${chat} и вкладку «Приложение». Приложение установится, и начнётся его мастер.`],
    },
    {
      title: 'Права и боты',
      lines: ['Вводить ничего не нужно: мастер показывает права и за секунды создаёт трёх ботов.'],
    },
    {
      title: 'Кто отвечает',
      lines: [
        'Выберите MessageGateway и введите учебную учётную запись:',
        `    адрес CRM    ${crm}`,
        `    ключ API     ${apiKey}`,
        'Нажмите «Подключить». На неверный ключ приложение ответит фразой о том, что сделать.',
      ],
    },
    {
      title: 'Открытая линия и первое сообщение',
      lines: [
        'Подключите бота к линии. На последнем шаге напишите боту: страница покажет, как появляется ответ.',
        `Отвечаете вы: ${manager} — страница менеджера CRM.`,
      ],
    },
    {
      title: 'Клиент',
      lines: [
        `Напишите как клиент${chat === null ? ' в виджет линии' : ' на вкладке «Клиент»'}. Бот поздоровается, сообщение появится на странице менеджера.`,
        'Ответьте там: клиент прочитает ответ. Исправьте его, отправьте файл, отправьте два сообщения сразу.',
      ],
    },
    {
      title: 'Разговор берёт человек',
      lines: [
        'Отправьте 0 как клиент: разговор получат сотрудники линии, бот замолчит.',
        `Ответьте как оператор${chat === null ? '' : ' (вкладка «Оператор»)'} и напишите там /bot: снова отвечает бот. Никого не перебили.`,
      ],
    },
    {
      title: 'Сбой',
      lines: [
        'На странице менеджера откройте «Модули и сбои» и нажмите «500 × 5». Напишите как клиент.',
        'Сообщение ждёт и повторяется: ничего не потеряно и ничего не пришло дважды.',
      ],
    },
    {
      title: 'Почему так',
      lines: [
        'Откройте приложение и страницу «Диалоги»: у каждого сообщения видны шаги, время и причины.',
        '«Обзор» говорит, что требует внимания; «Не доставлено» по причинам собирает то, чего никто не принял.',
      ],
    },
    {
      title: 'Удалить и поставить снова',
      lines: [
        'Удалите приложение вместе с данными: исчезнут боты и всё записанное. Поставьте снова: всё начнётся сначала.',
      ],
    },
  ],
};

const guides: Readonly<Record<GuideLanguage, Guide>> = { en: english, ru: russian };

export function demoGuide(language: GuideLanguage, { chat, server }: GuidePlaces): string {
  const { title, end, steps } = guides[language];
  const { crmUrl: crm, apiKey } = account.parse(server.config);
  const manager = server.places.find(({ isPage }) => isPage === true)?.value ?? '';
  const told = steps({ chat, manager, crm, apiKey }).flatMap((step, at) => [
    '',
    `${at + 1}. ${step.title}`,
    ...step.lines.map((line) => `   ${line}`),
  ]);
  return ['', title, ...told, '', end, ''].join('\n');
}
