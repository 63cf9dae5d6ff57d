/** The four chat panes: the customer, the operator, the employee, the group; who writes in each, and which messages each shows. */
import { button, keepChildren, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { ChatPane } from './chat-pane.js';
import { chatById, nameOf } from './live.js';
import { text } from './texts.js';

function lineChat() {
  const client = model.state.clients.find(({ userId }) => userId === model.scene?.clientId);
  return client === undefined ? undefined : chatById(client.chatId);
}

function emptyText() {
  return model.state.bots.length === 0 ? text('noBots') : text('emptyChat');
}

function clientPane() {
  return new ChatPane({
    id: 'client',
    viewer: 'clientId',
    chat: lineChat,
    isShown: ({ skipConnector }) => !skipConnector,
    empty: emptyText,
    write: (written, files) => act('clientWrites', { clientId: model.scene.clientId, text: written, files }),
  });
}

function operatorState(chat) {
  if (chat === undefined || chat.operatorId === null) return chat === undefined ? '' : text('closed');
  if (chat.operatorId === 0) return text('inQueue');
  const isBot = model.state.bots.some(({ id }) => id === chat.operatorId);
  return isBot ? text('withBot') : `${text('withPerson')}${nameOf(chat.operatorId)}`;
}

function operatorPane() {
  const drawTools = () => {
    const chat = lineChat();
    who.textContent = operatorState(chat);
    take.textContent = text('take');
    finish.textContent = text('finish');
    const isOpen = chat !== undefined && chat.operatorId !== null;
    take.hidden = !isOpen || chat.operatorId === model.scene?.operatorId;
    finish.hidden = !isOpen;
  };
  const pane = new ChatPane({
    id: 'operator',
    drawTools,
    viewer: 'operatorId',
    chat: lineChat,
    empty: () => text('emptyOperator'),
    write: (written, files) => {
      const chat = lineChat();
      if (chat === undefined) throw new Error(text('emptyOperator'));
      return act('operatorWrites', { userId: model.scene.operatorId, chatId: chat.id, text: written, files });
    },
  });
  const who = node('span', 'who');
  const go = (name, fields) => pane.attempt(() => act(name, { ...fields, chatId: lineChat().id }));
  const take = button('', 'quiet', () => go('operatorJoins', { userId: model.scene.operatorId }));
  const finish = button('', 'quiet', () => go('finishSession', {}));
  pane.tools.append(who, take, finish);
  return pane;
}

function employeePane() {
  const select = node('select');
  const botId = () => Number(select.value) || 0;
  const chat = () => {
    const pair = [model.scene?.employeeId, botId()];
    return model.state.chats.find((one) => one.type === 'P' && pair.every((id) => one.members.includes(id)));
  };
  const drawTools = () => {
    const before = select.value;
    const bots = model.state.bots.toSorted((a, b) => Number(b.type === 'B') - Number(a.type === 'B'));
    keepChildren(
      select,
      bots.map(({ id, name }) => ({ key: id, element: new Option(name, String(id)) })),
    );
    if (bots.some(({ id }) => String(id) === before)) select.value = before;
    select.setAttribute('aria-label', text('bot'));
    select.hidden = bots.length === 0;
  };
  const pane = new ChatPane({
    id: 'employee',
    drawTools,
    viewer: 'employeeId',
    chat,
    empty: emptyText,
    write: (written, files) => {
      if (botId() === 0) throw new Error(text('noBots'));
      return act('writesPrivate', { userId: model.scene.employeeId, botId: botId(), text: written, files });
    },
  });
  select.addEventListener('change', () => pane.draw());
  pane.openChatWith = (userId) => {
    select.value = String(userId);
    pane.draw();
  };
  pane.tools.append(select);
  return pane;
}

/** `@Name` of a member bot becomes the mention code the messenger uses. */
function withMentions(written, bots) {
  return bots
    .toSorted((a, b) => b.name.length - a.name.length)
    .reduce((result, { id, name }) => result.replaceAll(`@${name}`, `[USER=${id}]${name}[/USER]`), written);
}

function groupPane() {
  const chat = () => chatById(model.scene?.groupChatId);
  const memberBots = () => model.state.bots.filter(({ id }) => chat()?.members.includes(id));
  const drawTools = () => {
    const bots = memberBots().toSorted((a, b) => Number(b.type === 'S') - Number(a.type === 'S'));
    const mention = ({ name }) => button(`@${name}`, 'quiet', () => pane.composer.insert(`@${name} `));
    keepChildren(
      pane.tools,
      bots.map((bot) => ({ key: bot.id, element: mention(bot) })),
    );
  };
  const pane = new ChatPane({
    id: 'group',
    drawTools,
    viewer: 'employeeId',
    chat,
    empty: emptyText,
    write: (written, files) => {
      const fields = { userId: model.scene.employeeId, chatId: model.scene.groupChatId, files };
      return act('writesInGroup', { ...fields, text: withMentions(written, memberBots()) });
    },
  });
  return pane;
}

/** The panes in their order on the page. */
export function createPanes() {
  return [clientPane(), operatorPane(), employeePane(), groupPane()];
}
