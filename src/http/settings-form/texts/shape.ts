/** The texts of the settings form, which each language has. */
export interface FormTexts {
  readonly title: string;
  readonly bot: string;
  readonly botStep: string;
  readonly botHelp: string;
  readonly settings: string;
  readonly name: string;
  readonly brain: string;
  readonly newAccount: (title: string) => string;
  readonly account: (title: string) => string;
  readonly codeHelp: (address: string, code: string, minutes: number) => string;
  readonly language: string;
  readonly portalLanguage: string;
  readonly greeting: string;
  readonly giveBack: string;
  readonly giveBackHelp: string;
  readonly callPerson: string;
  readonly callPersonHelp: string;
  readonly yes: string;
  readonly no: string;
  readonly unset: string;
  readonly secretHelp: string;
  readonly waiting: string;
  readonly again: string;
  readonly adminsOnly: string;
  readonly unknownBot: string;
  readonly badName: string;
  readonly badMinutes: string;
  readonly badChoice: string;
  readonly tooMany: string;
  readonly save: string;
  readonly cancel: string;
}
