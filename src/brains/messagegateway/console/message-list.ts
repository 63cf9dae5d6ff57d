/** Everything the console can say: what a language has to have words for. */

/** A language's words. */
export interface ConsoleMessages {
  readonly help: string;
  readonly unknown: (word: string) => string;
  readonly refused: (sentences: string) => string;
  readonly membersUnknown: string;
  readonly notAllowed: string;
  readonly noChat: (chatId: number) => string;
  readonly nameChat: string;
  readonly chatClosed: (chatId: number) => string;
  readonly isOpen: string;
  readonly isClosed: string;
  readonly free: string;
  readonly dialogsTitle: (count: number) => string;
  readonly chatsTitle: (count: number) => string;
  readonly nothing: string;
  readonly more: (count: number) => string;
  readonly responsible: string;
  readonly channel: string;
  readonly tags: string;
  readonly phone: string;
  readonly bound: (chat: string) => string;
  readonly boundElsewhere: (title: string) => string;
  readonly unbound: (chat: string) => string;
  readonly notBound: string;
  readonly noted: (chat: string) => string;
  readonly said: (chat: string) => string;
  readonly emptyTexts: string;
  readonly assigned: (chat: string, who: string) => string;
  readonly toBot: string;
  readonly unassigned: (chat: string) => string;
  readonly closed: (chat: string) => string;
  readonly opened: (chat: string) => string;
  readonly tagged: (chat: string, tags: string) => string;
  readonly untagged: (chat: string, tags: string) => string;
  readonly nameTag: string;
  readonly nobody: (who: string) => string;
  readonly several: (names: string) => string;
  readonly notLinked: string;
  readonly linked: (name: string) => string;
  readonly unlinked: string;
  readonly you: (name: string, how: 'email' | 'command') => string;
  readonly edited: string;
  readonly deleted: string;
  readonly notEdited: string;
  readonly notChanged: string;
  readonly pictured: string;
  readonly nameMessage: string;
  readonly nameFile: string;
  readonly nameAddress: string;
  readonly fetched: (id: string) => string;
  readonly transcribed: string;
  readonly nameCommand: string;
  /** Stands before a command that a manager typed. */
  readonly typedCommand: (who: string, chat: string) => string;
  readonly ownCommand: (name: string) => string;
  readonly renamed: (name: string) => string;
  readonly roles: (roles: string) => string;
  readonly nameRoles: string;
  readonly online: string;
  readonly buttons: Readonly<
    Record<'bind' | 'unbind' | 'assignMe' | 'history' | 'close' | 'list' | 'here' | 'help', string>
  >;
  readonly stateNames: Readonly<Record<string, string>>;
  readonly staffOnly: string;
  readonly toCustomer: string;
  readonly deletedBy: (name: string) => string;
  readonly failed: (reason: string) => string;
  /** Stands before an employee's words in a note. */
  readonly noteHeading: (name: string) => string;
}
