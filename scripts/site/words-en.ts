import { sources } from './sources.ts';
import type { SiteWords } from './words.ts';

export const english: SiteWords = {
  language: 'en',
  title: 'Bot Bridge: bots inside Bitrix24 that think elsewhere',
  summary:
    'An open-source Bitrix24 app: up to five chat bots in a portal, each answered by the service of your choice.',
  lead: 'Bots inside Bitrix24 that think elsewhere. An administrator installs one app; it brings up to five bots into the portal and connects each one to the service that answers for it.',
  otherLanguage: 'Русский',
  tryIt: 'Try it in two commands',
  readMore: 'Read the README',
  promise: {
    title: 'What it promises',
    items: [
      [
        'Never lost',
        'An event is stored before Bitrix24 is told that it arrived. A process may be killed at any moment.',
      ],
      [
        'Never doubled',
        'An event that comes twice is one event; an answer of unknown fate is repeated only where the portal can tell repeats apart.',
      ],
      ['Never out of turn', 'Each dialog is worked on in its order, however many processes share the work.'],
      [
        'Never talked over',
        'When a person leads a conversation the bot is silent, and the brain is told from when to when.',
      ],
      [
        'Always explainable',
        'Every message has its steps, with times and reasons, on the app’s page in the portal and in `trace`.',
      ],
    ],
  },
  road: {
    title: 'The road of a message',
    intro: 'From the customer to the brain; the answer takes the same road back.',
    steps: [
      ['Endpoint', 'One address for all events of all bots. The sender is checked.'],
      ['Inbox', 'Stored in PostgreSQL first, acknowledged then.'],
      ['Lanes', 'One lane for each dialog keeps its order. A slow dialog keeps nobody waiting.'],
      ['Bridge', 'Rules without side effects decide: who may speak now, and what is to be said to whom.'],
      ['Outbox', 'Written in the same transaction. Waits out limits, repeats what failed, keeps what nobody took.'],
      ['Bitrix24 or a brain', 'As many answers in one request as the portal’s limit demands.'],
    ],
    outro: 'What could not be delivered is listed by its reason, with what mends it and a button that sends it again.',
  },
  sandbox: {
    title: 'Try it in two commands',
    intro: 'Node.js is all you need; the database comes with the packages. No portal, no account.',
    after: [
      'A sandbox portal opens with the app installed. Write as a customer in an Open Channel, or as an employee in a private chat.',
      'With `-- --brain messagegateway` you are the customer on one page and the manager on the other, and buttons simulate failures.',
    ],
  },
  brains: {
    title: 'Who answers',
    intro: 'Each bot of a portal has a brain of its own.',
    columns: ['brain', 'who answers', 'how it is connected'],
    rows: [
      { name: 'echo', who: 'the bot repeats each message', how: 'nothing to connect' },
      {
        name: 'MessageGateway',
        who: 'managers and bots of RetailCRM and Simla chats',
        how: 'in the app’s page, from the CRM’s marketplace, or by command',
        document: '../messagegateway.md',
      },
      {
        name: 'Selarti',
        who: 'the AI of Selarti, and people in its panel',
        how: 'in the app’s page, or by command',
        document: '../selarti.md',
      },
      {
        name: 'Metabot',
        who: 'scripts, triggers and broadcasts of a Metabot bot',
        how: 'in the app’s page, or by command',
        document: '../brains/metabot.md',
      },
      {
        name: 'signed webhook',
        who: 'any server of yours: signed JSON over HTTPS, both ways',
        how: 'examples in Node and Python of about 30 lines',
        document: '../brains/webhook.md',
      },
    ],
  },
  comparison: {
    title: 'How others do it',
    intro:
      'Read in their repositories in September 2026. They solve other tasks, most of them well; each line says where it can be checked.',
    columns: ['question', 'Bot Bridge', 'others'],
    rows: [
      {
        question: 'When is an event acknowledged?',
        ours: 'After the commit of its row in PostgreSQL.',
        others: [
          { text: 'Servers for webhooks store first, too', ...sources.convoy },
          { text: 'Bitrix24’s own example answers within the request and stores no message', ...sources.bitrixExample },
        ],
      },
      {
        question: 'What about an event that comes twice?',
        ours: 'Its identity is stored in the same transaction as the event.',
        others: [{ text: 'Chat SDK remembers identities for ten minutes', ...sources.chatDedupe }],
      },
      {
        question: 'Is the order within a dialog kept?',
        ours: 'Yes, over all processes.',
        others: [
          {
            text: 'Chat SDK locks a thread and offers five ways to treat what comes meanwhile',
            ...sources.chatConcurrency,
          },
          { text: 'an open report of messages out of order under load in Chatwoot', ...sources.chatwootOrder },
          { text: 'an open wish in Convoy', ...sources.convoyOrder },
        ],
      },
      {
        question: 'What if the brain is down?',
        ours: 'Messages wait; after a time you set, people are called and the customer is told.',
        others: [
          { text: 'Chatwoot opens the conversation for people when a bot’s webhook fails', ...sources.chatwootOpens },
        ],
      },
      {
        question: 'Can a person see why there was no answer?',
        ours: 'On the conversation’s page inside the portal: each step, its time and its reason.',
        others: [
          { text: 'mautrix reports checkpoints of each message', ...sources.checkpoints },
          { text: 'Outpost shows the attempts of each delivery', ...sources.outpost },
        ],
      },
      {
        question: 'Are the portal’s limits kept?',
        ours: 'One budget for all bots and processes; answers share requests when it is short.',
        others: [
          { text: 'Bitrix24’s JavaScript SDK has three limiters, for each process its own', ...sources.limiters },
        ],
      },
      {
        question: 'What if the other side cannot show something?',
        ours: 'Each brain declares what it takes; the rest becomes text that can still be answered.',
        others: [{ text: 'mautrix declares what a room can show', ...sources.capabilities }],
      },
      {
        question: 'Can it be developed offline?',
        ours: 'A strict sandbox of Bitrix24 and of every brain comes with it.',
        others: [{ text: 'Probot plays recorded events', ...sources.receive }],
      },
      {
        question: 'Do bots answer bots?',
        ours: 'Never, and two machines that answer each other are noticed and stopped.',
        others: [{ text: 'Bolt ignores the app’s own messages by default', ...sources.ignoreSelf }],
      },
    ],
  },
  add: {
    title: 'Add a brain',
    intro: 'A folder and a few entries; nothing else in the app knows its name.',
    steps: [
      '`npm run new:brain mine` makes folder, fixture, document, sandbox server and tests. It answers already.',
      '`npm run sandbox -- --brain mine` lets you talk with it.',
      'Change two files: how an account is joined, and how messages are delivered and read.',
      '`npx vitest run test/contract/brains -t mine` runs the tests that every brain passes.',
    ],
    more: 'Every step',
    moreHref: '../extending.md',
  },
  limits: {
    title: 'What it cannot do',
    items: [
      'No real portal and no real MessageGateway could be reached while it was built; a list says what to check on the first day, and a command asks most of it.',
      'Bitrix24 does not post an event twice: what it could not deliver while the app was down is lost, unless the portal is polled (`v2-fetch`).',
      'Calls cannot be answered: bots of Bitrix24 chat.',
    ],
  },
  footer: {
    licence: 'Open source, MIT licence',
    documents: [
      ['README', '../../README.md'],
      ['Operating', '../operating.md'],
      ['Who leads', '../who-leads.md'],
      ['Threat model', '../threat-model.md'],
      ['Decisions', '../decisions/README.md'],
      ['Changes', '../../CHANGELOG.md'],
    ],
  },
};
