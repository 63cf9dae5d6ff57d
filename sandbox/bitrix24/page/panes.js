/** The four chat panes: the customer, the operator, the employee, the group; who writes in each and what each may see. */
import { ChatPane } from './chat-pane.js';
import { act, chatById, nameOf, world } from './live.js';
import { text } from './texts.js';

function button(className, press) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.addEventListener('click', () => press());
  return element;
}

function lineChat() {
  const client = world.state.clients.find(({ userId }) => userId === world.scene?.clientId);
  return client === undefined ? undefined : chatById(client.chatId);
}

function emptyText() {
  return world.state.bots.length === 0 ? text('noBots') : text('emptyChat');
}

function clientPane() {
  return new ChatPane({
    id: 'client',
    viewerId: () => world.scene?.clientId ?? 0,
    chatId: () => lineChat()?.id ?? null,
    messages: () => (lineChat()?.messages ?? []).filter(({ skipConnector }) => !skipConnector),
    empty: emptyText,
    write: (written, files) => act('clientWrites', { clientId: world.scene.clientId, text: written, files }),
  });
}

function operatorState(chat) {
  if (chat === undefined || chat.operatorId === null) return chat === undefined ? '' : text('closed');
  if (chat.operatorId === 0) return text('inQueue');
  const isBot = world.state.bots.some(({ id }) => id === chat.operatorId);
  return isBot ? text('withBot') : `${text('withPerson')}${nameOf(chat.operatorId)}`;
}

function operatorPane() {
  const pane = new ChatPane({
    id: 'operator',
    viewerId: () => world.scene?.operatorId ?? 0,
    chatId: () => lineChat()?.id ?? null,
    messages: () => lineChat()?.messages ?? [],
    empty: () => text('emptyOperator'),
    write: (written, files) => {
      const chat = lineChat();
      if (chat === undefined) throw new Error(text('emptyOperator'));
      return act('operatorWrites', { userId: world.scene.operatorId, chatId: chat.id, text: written, files });
    },
  });
  const who = document.createElement('span');
  who.className = 'who';
  const take = button('quiet', () => {
    void act('operatorJoins', { userId: world.scene.operatorId, chatId: lineChat().id });
  });
  const finish = button('quiet', () => void act('finishSession', { chatId: lineChat().id }));
  pane.tools.append(who, take, finish);
  return Object.assign(pane, {
    drawTools() {
      const chat = lineChat();
      who.textContent = operatorState(chat);
      take.textContent = text('take');
      finish.textContent = text('finish');
      const isOpen = chat !== undefined && chat.operatorId !== null;
      take.hidden = !isOpen || chat.operatorId === world.scene?.operatorId;
      finish.hidden = !isOpen;
    },
  });
}

function employeePane() {
  const select = document.createElement('select');
  const botId = () => Number(select.value) || 0;
  const chat = () => {
    const pair = [world.scene?.employeeId, botId()];
    return world.state.chats.find((one) => one.type === 'P' && pair.every((id) => one.members.includes(id)));
  };
  const pane = new ChatPane({
    id: 'employee',
    viewerId: () => world.scene?.employeeId ?? 0,
    chatId: () => chat()?.id ?? null,
    messages: () => chat()?.messages ?? [],
    empty: emptyText,
    write: (written, files) => {
      if (botId() === 0) throw new Error(text('noBots'));
      return act('writesPrivate', { userId: world.scene.employeeId, botId: botId(), text: written, files });
    },
  });
  select.addEventListener('change', () => pane.draw());
  pane.tools.append(select);
  return Object.assign(pane, {
    drawTools() {
      const before = select.value;
      const bots = world.state.bots.toSorted((a, b) => Number(b.type === 'B') - Number(a.type === 'B'));
      select.replaceChildren(...bots.map(({ id, name }) => new Option(name, String(id))));
      if (bots.some(({ id }) => String(id) === before)) select.value = before;
      select.setAttribute('aria-label', text('bot'));
      select.hidden = bots.length === 0;
    },
  });
}

/** `@Name` of a member bot becomes the mention code the messenger uses. */
function withMentions(written, bots) {
  return bots
    .toSorted((a, b) => b.name.length - a.name.length)
    .reduce((result, { id, name }) => result.replaceAll(`@${name}`, `[USER=${id}]${name}[/USER]`), written);
}

function groupPane() {
  const chat = () => chatById(world.scene?.groupChatId);
  const memberBots = () => world.state.bots.filter(({ id }) => chat()?.members.includes(id));
  const pane = new ChatPane({
    id: 'group',
    viewerId: () => world.scene?.employeeId ?? 0,
    chatId: () => chat()?.id ?? null,
    messages: () => chat()?.messages ?? [],
    empty: emptyText,
    write: (written, files) => {
      const fields = { userId: world.scene.employeeId, chatId: world.scene.groupChatId, files };
      return act('writesInGroup', { ...fields, text: withMentions(written, memberBots()) });
    },
  });
  return Object.assign(pane, {
    drawTools() {
      const bots = memberBots().toSorted((a, b) => Number(b.type === 'S') - Number(a.type === 'S'));
      pane.tools.replaceChildren(
        ...bots.map(({ name }) => {
          const mention = button('quiet', () => pane.insert(`@${name} `));
          mention.textContent = `@${name}`;
          return mention;
        }),
      );
    },
  });
}

/** The panes in their order on the page. */
export function createPanes() {
  return [clientPane(), operatorPane(), employeePane(), groupPane()];
}
