/** The people and chats of the chat page: a line with its bot, a client, colleagues, a group with the supervisor. */
import type { People } from './people.ts';
import type { Bot, PortalState, User } from './state.ts';

export interface Scene {
  readonly employeeId: number;
  readonly operatorId: number;
  readonly clientId: number | null;
  readonly groupChatId: number;
}

const NAMES = {
  ru: {
    employee: 'Иван Смирнов',
    operator: 'Ольга Операторова',
    client: 'Пётр Покупатель',
    line: 'Поддержка',
    group: 'Отдел продаж',
  },
  en: {
    employee: 'John Smith',
    operator: 'Olivia Operator',
    client: 'Peter Customer',
    line: 'Support',
    group: 'Sales team',
  },
} as const;

function findPerson(state: PortalState, name: string): User | undefined {
  return [...state.users.values()].find((user) => `${user.firstName} ${user.lastName}` === name && user.active);
}

function lineBot(state: PortalState): Bot | undefined {
  const own = [...state.bots.values()].filter((bot) => bot.openline && bot.appId === state.options.clientId);
  return own.find((bot) => bot.type === 'O') ?? own[0];
}

/** Creates the client and the Open Channel; the channel gets the app's Open Channel bot as soon as there is one. */
function prepareClient(
  state: PortalState,
  people: People,
  names: (typeof NAMES)['ru' | 'en'],
  operatorId: number,
): number | null {
  const bot = lineBot(state);
  const line = [...state.lines.values()][0];
  if (line !== undefined && !line.botEnabled && bot !== undefined)
    Object.assign(line, { botEnabled: true, botId: bot.id });
  const botChoice = bot === undefined ? {} : { botId: bot.id };
  const lineId = line?.id ?? people.addLine({ name: names.line, queue: [operatorId], ...botChoice }).id;
  const known = [...state.clients.values()][0];
  return known?.userId ?? people.addClient({ name: names.client, lineId, connector: 'telegrambot' }).id;
}

/** Creates what is missing. Can be called again, for example after more bots have been registered. */
export function prepareScene(state: PortalState, people: People): Scene {
  const names = state.options.language === 'ru' ? NAMES.ru : NAMES.en;
  const employeeId =
    findPerson(state, names.employee)?.id ?? people.addEmployee({ name: names.employee, gender: 'M' }).id;
  const operatorId = findPerson(state, names.operator)?.id ?? people.addEmployee({ name: names.operator }).id;
  const clientId = prepareClient(state, people, names, operatorId);
  const ownBots = [...state.bots.values()].filter((bot) => bot.appId === state.options.clientId && bot.type !== 'O');
  const group = [...state.chats.values()].find((chat) => chat.type === 'C');
  const groupChatId =
    group?.id ?? people.addGroup({ title: names.group, ownerId: employeeId, memberIds: [operatorId] }).chatId;
  for (const bot of ownBots) {
    if (state.chats.get(groupChatId)?.members.has(bot.id) !== true) people.inviteBot(groupChatId, bot.id, employeeId);
  }
  return { employeeId, operatorId, clientId, groupChatId };
}
