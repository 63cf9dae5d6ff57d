/** Commands about the account: its people, customers, channels, bots, files, and the bot itself. */

import { forgetCommand, recentCommands, rememberCommand, rememberInfo } from '../account/bot-overrides.ts';
import { configuredInfo } from '../account/bot-profile.ts';
import { ourCommands } from '../account/sync-commands.ts';
import type { BotInfo } from '../api/bot-api.ts';
import type { MgCustomer } from '../api/mg-shapes.ts';
import { readPages } from '../api/pages.ts';
import { botFilePrefix } from '../inbound/open-file.ts';
import { type Ask, type Command, ConsoleRefusal, commandButton } from './command-request.ts';
import { namedChat, titleOf } from './find-chat.ts';
import { isRunnable, lineOf } from './made-lines.ts';
import { uuidIn } from './parse-line.ts';
import { activeUsers, findUser, forgetLink, linkOf, nameOf, storeLink } from './people.ts';

const maxLines = 20;

/** Customers looked through by `find`: the Bot API cannot search. */
const maxCustomers = 20_000;

/** Customers shown with their chats; each costs a request. */
const maxFound = 5;

/** `find words`: in names, phones, e-mail addresses and external ids; a number alone is an id too. */
export const find: Command = async (ask) => {
  const { context, phrases, signal, args } = ask;
  if (args === '') throw new ConsoleRefusal(phrases.nothing);
  const all = await readPages((bounds) => context.apis.bot.customers(bounds, signal), {}, maxCustomers);
  const found = all.filter((customer) => isMeant(customer, args)).toReversed();
  const lines: string[] = [];
  const buttons: ReturnType<typeof commandButton>[] = [];
  for (const customer of found.slice(0, maxFound)) {
    const chats = await context.apis.bot.chats({ customer_id: customer.id }, signal);
    const facts = [customerName(customer), customer.phone, customer.email].filter((part) => part);
    lines.push(`${facts.join(', ')}: ${chats.map(({ id }) => `#${id}`).join(' ') || '—'}`);
    for (const { id } of chats) buttons.push(commandButton(`${phrases.buttons.bind} #${id}`, `/bind ${id}`));
  }
  if (found.length > maxFound) lines.push(phrases.more(found.length - maxFound));
  return { text: lines.join('\n') || phrases.nothing, buttons: buttons.slice(0, maxFound) };
};

function isMeant(customer: MgCustomer, words: string): boolean {
  const wanted = words.toLowerCase();
  const digits = words.replaceAll(/\D/g, '');
  const texts = [customerName(customer), customer.username, customer.email, customer.external_id];
  if (texts.some((text) => text?.toLowerCase().includes(wanted))) return true;
  if (/^#?\d+$/.test(words) && customer.id === Number(digits)) return true;
  // Fewer digits are no phone number.
  return digits.length >= 5 && (customer.phone ?? '').replaceAll(/\D/g, '').includes(digits);
}

function customerName(customer: MgCustomer): string {
  return `${customer.first_name ?? ''} ${customer.last_name ?? ''}`.trim() || customer.username || `#${customer.id}`;
}

/** `members [#12]`: who is in the chat. */
export const members: Command = async (ask) => {
  const { context, phrases, signal } = ask;
  const { chat } = await namedChat(ask);
  const found = await readPages((bounds) => context.apis.bot.members(bounds, signal), { chat_id: chat.id });
  const users = new Map((await activeUsers(ask)).map((user) => [user.id, nameOf(user)]));
  const lines = found.map(({ user_id: id, state }) => {
    const name = users.get(id ?? 0) ?? (chat.customer?.id === id ? chat.customer?.name : null) ?? `#${id ?? ''}`;
    return `${name} – ${phrases.stateNames[state ?? ''] ?? state ?? '—'}`;
  });
  return { text: [titleOf(chat), ...(lines.length === 0 ? [phrases.nothing] : lines.slice(0, maxLines))].join('\n') };
};

export const users: Command = async (ask) => {
  const { phrases } = ask;
  const found = await activeUsers(ask);
  const lines = found.map(
    (user) => `#${user.id} ${nameOf(user)}${user.is_online === true ? ` – ${phrases.online}` : ''}`,
  );
  return { text: cut(lines, ask) };
};

export const channels: Command = async (ask) => {
  const found = await readPages((bounds) => ask.context.apis.bot.channels(bounds, ask.signal), { active: true });
  return {
    text: cut(
      found.map(({ id, name, type }) => `#${id} ${name || '—'} (${type ?? '—'})`),
      ask,
    ),
  };
};

export const bots: Command = async (ask) => {
  const found = await readPages((bounds) => ask.context.apis.bot.bots(bounds, ask.signal), { active: true });
  const lines = found.map(({ id, name, roles, is_self: isSelf }) => {
    const mark = isSelf === true ? ' ←' : '';
    return `#${id} ${name || '—'} (${(roles ?? []).join(', ') || '—'})${mark}`;
  });
  return { text: cut(lines, ask) };
};

/** `link 34`: from now on `me` is this user. */
export const link: Command = async (ask) => {
  const user = await findUser(ask, ask.args);
  await storeLink(ask, user.id);
  return { text: ask.phrases.linked(nameOf(user)) };
};

export const unlink: Command = async (ask) => {
  await forgetLink(ask);
  return { text: ask.phrases.unlinked };
};

export const whoami: Command = async (ask) => {
  const known = await linkOf(ask);
  if (known === null) throw new ConsoleRefusal(ask.phrases.notLinked);
  const user = await findUser(ask, String(known.userId));
  return { text: ask.phrases.you(nameOf(user), known.how) };
};

/** `file id`: the file itself, brought here. */
export const file: Command = async (ask) => {
  const id = uuidIn(ask.args);
  if (id === null) throw new ConsoleRefusal(ask.phrases.nameFile);
  const found = await ask.context.apis.bot.file(id, ask.signal);
  const kind = found.type === 'image' || found.type === 'audio' || found.type === 'video' ? found.type : 'file';
  const name = `${kind}-${id.slice(0, 8)}`;
  return { text: name, files: [{ id: `${botFilePrefix}${id}`, name, kind, size: found.size ?? null }] };
};

/** `fetch https://…`: MessageGateway loads the file itself. */
export const fetchFile: Command = async (ask) => {
  const url = URL.parse(ask.args);
  if (url?.protocol !== 'https:') throw new ConsoleRefusal(ask.phrases.nameAddress);
  const found = await ask.context.apis.bot.uploadFileByUrl(url.href, ask.signal);
  return { text: ask.phrases.fetched(found.id) };
};

/** `transcribe id text`: what is said in a voice message. */
export const transcribe: Command = async (ask) => {
  const id = uuidIn(ask.args);
  const text = ask.args.slice(id?.length ?? 0).trim();
  if (id === null || text === '') throw new ConsoleRefusal(ask.phrases.nameFile);
  await ask.context.apis.bot.setFileMeta(id, text, ask.signal);
  return { text: ask.phrases.transcribed };
};

/** `commands`, `commands add name description`, `commands delete name`: what managers can type after a slash. */
export const commands: Command = async (ask) => {
  const { context, phrases, signal } = ask;
  const [, word = '', name = '', description = ''] = /^(\S*)\s*\/?(\S*)\s*([\s\S]*)$/.exec(ask.args) ?? [];
  if (word === '') {
    const known = await context.apis.bot.commands(signal);
    const made = await recentCommands(context.tools.state);
    const lines = known.map((one) => {
      const own = made.get(one.name ?? '');
      return `/${one.name ?? ''} – ${one.description ?? ''}${own === undefined ? '' : lineOf(own)}`;
    });
    return { text: cut(lines, ask) };
  }
  if (!/^[\w-]{1,32}$/.test(name)) throw new ConsoleRefusal(phrases.nameCommand);
  if (ourCommands(context.config).has(name)) throw new ConsoleRefusal(phrases.ownCommand(name));
  if (['add', 'добавить'].includes(word.toLowerCase()) && description !== '') {
    const [, said = description, line = null] = /^([\s\S]*?)\s+=\s+([\s\S]+)$/.exec(description) ?? [];
    if (line !== null && !isRunnable(line)) throw new ConsoleRefusal(phrases.nameCommand);
    const words = said.slice(0, 64);
    await context.apis.bot.putCommand(name, words, signal);
    await rememberCommand(context.tools.state, name, { description: words, line, ref: ask.to.ref });
  } else if (['delete', 'удалить'].includes(word.toLowerCase())) {
    const known = await context.apis.bot.commands(signal);
    if (known.some((one) => one.name === name)) await context.apis.bot.deleteCommand(name, signal);
    await forgetCommand(context.tools.state, name);
  } else {
    throw new ConsoleRefusal(phrases.nameCommand);
  }
  return commands({ ...ask, args: '' });
};

/** `rename name`: what the bot is called in MessageGateway. */
export const rename: Command = async (ask) => {
  const name = ask.args.slice(0, 255);
  if (name === '') throw new ConsoleRefusal(ask.phrases.emptyTexts);
  await tellBot(ask, { name });
  return { text: ask.phrases.renamed(name) };
};

/** `avatar https://…`: the bot's picture in MessageGateway. */
export const avatar: Command = async (ask) => {
  const url = URL.parse(ask.args);
  if (url?.protocol !== 'https:') throw new ConsoleRefusal(ask.phrases.nameAddress);
  await tellBot(ask, { avatar_url: url.href });
  return { text: ask.phrases.pictured };
};

/** Said and remembered, so that it outlives a new joining. */
async function tellBot({ context, signal }: Ask, info: BotInfo): Promise<void> {
  await context.apis.bot.updateInfo(info, signal);
  await rememberInfo(context.tools.state, info, configuredInfo(context.config));
}

const knownRoles: ReadonlySet<string> = new Set(['distributor', 'responsible', 'hidden']);

/** `roles distributor, responsible` */
export const roles: Command = async (ask) => {
  const wanted = ask.args
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((role) => role !== '');
  if (wanted.length === 0 || !wanted.every((role) => knownRoles.has(role))) {
    throw new ConsoleRefusal(ask.phrases.nameRoles);
  }
  await tellBot(ask, { roles: wanted });
  return { text: ask.phrases.roles(wanted.join(', ')) };
};

export const help: Command = ({ phrases }) =>
  Promise.resolve({ text: phrases.help, buttons: [commandButton(phrases.buttons.list, '/list')] });

function cut(lines: readonly string[], { phrases }: Ask): string {
  const more = lines.length > maxLines ? [phrases.more(lines.length - maxLines)] : [];
  return [...lines.slice(0, maxLines), ...more].join('\n') || phrases.nothing;
}
