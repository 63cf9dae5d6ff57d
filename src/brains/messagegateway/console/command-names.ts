/** The commands of the console and their names. Names of both languages always work. */

export const commandNames = {
  help: ['help', 'помощь', 'справка', '?'],
  list: ['list', 'dialogs', 'список', 'диалоги'],
  chats: ['chats', 'чаты'],
  show: ['show', 'chat', 'чат', 'карточка'],
  bind: ['bind', 'привязать'],
  unbind: ['unbind', 'отвязать'],
  say: ['say', 'ответить', 'сказать'],
  note: ['note', 'заметка'],
  history: ['history', 'история'],
  assign: ['assign', 'назначить'],
  unassign: ['unassign', 'снять'],
  close: ['close', 'закрыть'],
  open: ['open', 'открыть'],
  tag: ['tag', 'тег'],
  untag: ['untag', 'безтега'],
  find: ['find', 'найти', 'customers', 'клиенты'],
  members: ['members', 'участники'],
  users: ['users', 'сотрудники'],
  channels: ['channels', 'каналы'],
  bots: ['bots', 'боты'],
  edit: ['edit', 'изменить'],
  delete: ['delete', 'удалить'],
  send: ['send', 'отправить'],
  file: ['file', 'файл'],
  fetch: ['fetch', 'загрузить'],
  transcribe: ['transcribe', 'расшифровка'],
  link: ['link', 'связать'],
  unlink: ['unlink', 'отсвязать'],
  whoami: ['whoami', 'ктоя'],
  commands: ['commands', 'команды'],
  rename: ['rename', 'имя'],
  avatar: ['avatar', 'картинка'],
  roles: ['roles', 'роли'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CommandName = keyof typeof commandNames;

const byWord: ReadonlyMap<string, CommandName> = new Map(
  Object.entries(commandNames).flatMap(([name, words]) => words.map((word) => [word, name as CommandName])),
);

/** The command with this name, or null. */
export function commandNamed(word: string): CommandName | null {
  return byWord.get(word.toLowerCase()) ?? null;
}
