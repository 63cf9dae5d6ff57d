/** Commands about the account: its users, customers, channels, bots, files, and the bot itself. */

import type { BotInfo } from '../api/bot-api.ts';
import type { MgCustomer } from '../api/mg-shapes.ts';
import { readPages } from '../api/pages.ts';
import { type Command, type CommandRequest, ConsoleRefusal, commandButton } from './command-request.ts';
import type { MadeCommand } from './console-context.ts';
import { namedChat, titleOf } from './find-chat.ts';
import { isRunnable, uuidIn } from './parse-line.ts';
import { activeUsers, findUser, forgetLink, linkOf, nameOf, storeLink } from './people.ts';

const maxLines = 20;

/** Most customers that `find` reads, because the Bot API cannot search. */
const maxCustomers = 20_000;

/** Most customers shown with their chats, which cost one request each. */
const maxFound = 5;

/** `find words`: searches names, phones, e-mail addresses and external ids; a number alone is also an id. */
export const find: Command = async (request) => {
  const { context, messages, signal, args } = request;
  if (args === '') throw new ConsoleRefusal(messages.nothing);
  const all = await readPages((bounds) => context.bot.customers(bounds, signal), {}, maxCustomers);
  const found = all.filter((customer) => matches(customer, args)).toReversed();
  const lines: string[] = [];
  const buttons: ReturnType<typeof commandButton>[] = [];
  for (const customer of found.slice(0, maxFound)) {
    const chats = await context.bot.chats({ customer_id: customer.id }, signal);
    const facts = [customerName(customer), customer.phone, customer.email].filter((part) => part);
    lines.push(`${facts.join(', ')}: ${chats.map(({ id }) => `#${id}`).join(' ') || '—'}`);
    for (const { id } of chats) buttons.push(commandButton(`${messages.buttons.bind} #${id}`, `/bind ${id}`));
  }
  if (found.length > maxFound) lines.push(messages.more(found.length - maxFound));
  return { text: lines.join('\n') || messages.nothing, buttons: buttons.slice(0, maxFound) };
};

function matches(customer: MgCustomer, words: string): boolean {
  const wanted = words.toLowerCase();
  const digits = words.replaceAll(/\D/g, '');
  const texts = [customerName(customer), customer.username, customer.email, customer.external_id];
  if (texts.some((text) => text?.toLowerCase().includes(wanted))) return true;
  if (/^#?\d+$/.test(words) && customer.id === Number(digits)) return true;
  // Fewer digits would match too many phone numbers.
  return digits.length >= 5 && (customer.phone ?? '').replaceAll(/\D/g, '').includes(digits);
}

function customerName(customer: MgCustomer): string {
  return `${customer.first_name ?? ''} ${customer.last_name ?? ''}`.trim() || customer.username || `#${customer.id}`;
}

/** `members [#12]`: who is in the chat. */
export const members: Command = async (request) => {
  const { context, messages, signal } = request;
  const { chat } = await namedChat(request);
  const found = await readPages((bounds) => context.bot.members(bounds, signal), { chat_id: chat.id });
  const users = new Map((await activeUsers(request)).map((user) => [user.id, nameOf(user)]));
  const lines = found.map(({ user_id: id, state }) => {
    const name = users.get(id ?? 0) ?? (chat.customer?.id === id ? chat.customer?.name : null) ?? `#${id ?? ''}`;
    return `${name} – ${messages.stateNames[state ?? ''] ?? state ?? '—'}`;
  });
  return { text: [titleOf(chat), ...(lines.length === 0 ? [messages.nothing] : lines.slice(0, maxLines))].join('\n') };
};

export const users: Command = async (request) => {
  const { messages } = request;
  const found = await activeUsers(request);
  const lines = found.map(
    (user) => `#${user.id} ${nameOf(user)}${user.is_online === true ? ` – ${messages.online}` : ''}`,
  );
  return { text: cut(lines, request) };
};

export const channels: Command = async (request) => {
  const found = await readPages((bounds) => request.context.bot.channels(bounds, request.signal), { active: true });
  return {
    text: cut(
      found.map(({ id, name, type }) => `#${id} ${name || '—'} (${type ?? '—'})`),
      request,
    ),
  };
};

export const bots: Command = async (request) => {
  const found = await readPages((bounds) => request.context.bot.bots(bounds, request.signal), { active: true });
  const lines = found.map(({ id, name, roles, is_self: isSelf }) => {
    const mark = isSelf === true ? ' ←' : '';
    return `#${id} ${name || '—'} (${(roles ?? []).join(', ') || '—'})${mark}`;
  });
  return { text: cut(lines, request) };
};

/** `link 34`: from now on `me` means this user. */
export const link: Command = async (request) => {
  const user = await findUser(request, request.args);
  await storeLink(request, user.id);
  return { text: request.messages.linked(nameOf(user)) };
};

export const unlink: Command = async (request) => {
  await forgetLink(request);
  return { text: request.messages.unlinked };
};

export const whoami: Command = async (request) => {
  const known = await linkOf(request);
  if (known === null) throw new ConsoleRefusal(request.messages.notLinked);
  const user = await findUser(request, String(known.userId));
  return { text: request.messages.you(nameOf(user), known.how) };
};

/** `file id`: sends the file to the console. */
export const file: Command = async (request) => {
  const id = uuidIn(request.args);
  if (id === null) throw new ConsoleRefusal(request.messages.nameFile);
  const found = await request.context.bot.file(id, request.signal);
  const kind = found.type === 'image' || found.type === 'audio' || found.type === 'video' ? found.type : 'file';
  const name = `${kind}-${id.slice(0, 8)}`;
  return { text: name, files: [{ id: request.context.fileId(id), name, kind, size: found.size ?? null }] };
};

/** `fetch https://…`: MessageGateway downloads the file. */
export const fetchFile: Command = async (request) => {
  const url = URL.parse(request.args);
  if (url?.protocol !== 'https:') throw new ConsoleRefusal(request.messages.nameAddress);
  const found = await request.context.bot.uploadFileByUrl(url.href, request.signal);
  return { text: request.messages.fetched(found.id) };
};

/** `transcribe id text`: saves the transcription of a voice message. */
export const transcribe: Command = async (request) => {
  const id = uuidIn(request.args);
  const text = request.args.slice(id?.length ?? 0).trim();
  if (id === null || text === '') throw new ConsoleRefusal(request.messages.nameFile);
  await request.context.bot.setFileMeta(id, text, request.signal);
  return { text: request.messages.transcribed };
};

/** `commands`, `commands add name description`, `commands delete name`: the commands that managers can type. */
export const commands: Command = async (request) => {
  const { context, messages, signal } = request;
  const [, word = '', name = '', description = ''] = /^(\S*)\s*\/?(\S*)\s*([\s\S]*)$/.exec(request.args) ?? [];
  if (word === '') {
    const known = await context.bot.commands(signal);
    const made = await context.overrides.commands();
    const lines = known.map((one) => {
      const line = made.get(one.name ?? '')?.line;
      return `/${one.name ?? ''} – ${one.description ?? ''}${line ? ` = ${line}` : ''}`;
    });
    return { text: cut(lines, request) };
  }
  if (!/^[\w-]{1,32}$/.test(name)) throw new ConsoleRefusal(messages.nameCommand);
  if (context.isOwnCommand(name)) throw new ConsoleRefusal(messages.ownCommand(name));
  if (['add', 'добавить'].includes(word.toLowerCase()) && description !== '') {
    const [, said = description, line = null] = /^([\s\S]*?)\s+=\s+([\s\S]+)$/.exec(description) ?? [];
    if (line !== null && !isRunnable(line)) throw new ConsoleRefusal(messages.nameCommand);
    const words = said.slice(0, 64);
    await make(request, name, { description: words, line, ref: request.to.ref });
  } else if (['delete', 'удалить'].includes(word.toLowerCase())) {
    // Our copy first: a health check that begins meanwhile declares the kept commands, and would put it back.
    await context.overrides.deleteCommand(name);
    await deleteDeclared(context.bot, name, signal);
  } else {
    throw new ConsoleRefusal(messages.nameCommand);
  }
  return commands({ ...request, args: '' });
};

/** Stores the command and declares it in MessageGateway. If MessageGateway refuses it, what was stored before stays in force. */
async function make({ context, signal }: CommandRequest, name: string, made: MadeCommand): Promise<void> {
  const { bot, overrides } = context;
  const before = (await overrides.commands()).get(name);
  // Our copy first: a health check deletes the declared commands that are not stored.
  await overrides.setCommand(name, made);
  try {
    await bot.putCommand(name, made.description, signal);
  } catch (error) {
    await (before === undefined ? overrides.deleteCommand(name) : overrides.setCommand(name, before));
    throw error;
  }
}

/** Deletes the command from MessageGateway. It is no error if a health check deletes it first. */
async function deleteDeclared(bot: CommandRequest['context']['bot'], name: string, signal: AbortSignal): Promise<void> {
  const isKnown = async () => (await bot.commands(signal)).some((one) => one.name === name);
  if (!(await isKnown())) return;
  try {
    await bot.deleteCommand(name, signal);
  } catch (error) {
    if (await isKnown()) throw error;
  }
}

/** `rename name`: changes the bot's name in MessageGateway. */
export const rename: Command = async (request) => {
  const name = request.args.slice(0, 255);
  if (name === '') throw new ConsoleRefusal(request.messages.emptyTexts);
  await updateBot(request, { name });
  return { text: request.messages.renamed(name) };
};

/** `avatar https://…`: changes the bot's picture in MessageGateway. */
export const avatar: Command = async (request) => {
  const url = URL.parse(request.args);
  if (url?.protocol !== 'https:') throw new ConsoleRefusal(request.messages.nameAddress);
  await updateBot(request, { avatar_url: url.href });
  return { text: request.messages.pictured };
};

/** Updates the bot, and keeps an override so that joining the connection again does not undo it. */
async function updateBot({ context, signal }: CommandRequest, info: BotInfo): Promise<void> {
  await context.bot.updateInfo(info, signal);
  await context.overrides.setInfo(info);
}

const knownRoles: ReadonlySet<string> = new Set(['distributor', 'responsible', 'hidden']);

/** `roles distributor, responsible` */
export const roles: Command = async (request) => {
  const wanted = request.args
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((role) => role !== '');
  if (wanted.length === 0 || !wanted.every((role) => knownRoles.has(role))) {
    throw new ConsoleRefusal(request.messages.nameRoles);
  }
  await updateBot(request, { roles: wanted });
  return { text: request.messages.roles(wanted.join(', ')) };
};

export const help: Command = ({ messages }) =>
  Promise.resolve({ text: messages.help, buttons: [commandButton(messages.buttons.list, '/list')] });

function cut(lines: readonly string[], { messages }: CommandRequest): string {
  const more = lines.length > maxLines ? [messages.more(lines.length - maxLines)] : [];
  return [...lines.slice(0, maxLines), ...more].join('\n') || messages.nothing;
}
