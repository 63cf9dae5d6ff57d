/** What the connection page says, in English. */

/** Types of bots. */
const types: Readonly<Record<string, string>> = { O: 'Open Channel', S: 'Supervisor', B: 'Ordinary' };

/** By the code of an error, without `messagegateway.`. */
const problems: Readonly<Record<string, string>> = {
  bad_url: 'This is not the address of a CRM. Enter the account without a path, for example https://demo.simla.com',
  no_key: 'Enter the API key.',
  wrong_code: 'The code does not fit: it is mistyped, too old, or used. Get a new one in the Bot Bridge app.',
  old_page: 'This page is too old. Begin again with a new code.',
  old_draft: 'The link from the CRM is too old. Press Connect in the CRM again, or enter the API key.',
  no_bot: 'Choose a bot.',
  crm_wrong_key: 'The CRM does not know this API key. Copy the whole of it, or create a new one.',
  crm_no_key: 'Enter the API key.',
  crm_scopes: 'The key lacks rights. Grant it integration_read and integration_write in the CRM settings.',
  crm_no_account: 'There is no CRM account at this address. Check the address.',
  crm_moved: 'The account has moved. Enter its new address.',
  crm_unpaid: 'The CRM account has not enough money to switch the module on. Top it up and try again.',
  crm_chats_off: 'The CRM did not take the module. Check that chats are switched on in its settings.',
  crm_version: 'This CRM does not offer version 5 of the API.',
  crm_away: 'The CRM does not answer now. Try again in a minute.',
  crm_garbage: 'What answers at this address is not a CRM. Check the address.',
  no_access: 'The CRM gave no access to its chats. Check that they are switched on, and try again.',
  unreachable: 'The address does not answer. Check it and try again.',
  forbidden_address: 'The app may not call this address: a public https address is needed.',
  gone: 'The bot or its connection was removed or changed meanwhile. Begin again.',
};

/** Beside a field, by its name. */
const fieldProblems: Readonly<Record<string, string>> = {
  command: '1 to 32 Latin letters, digits, - and _. The words bot and help are taken.',
  employees: 'Numbers with commas only, for example 1, 42.',
};

export const en = {
  title: 'Connect chats to Bitrix24',
  lead: 'A Bitrix24 bot will carry conversations into the chats of the CRM, and the answers of managers and bots back.',
  account: 'CRM address',
  accountHint: 'For example https://demo.simla.com',
  key: 'API key',
  keyHint:
    'Create one in the CRM: Settings → Integration → API keys. It needs the rights integration_read and integration_write.',
  keyGiven: 'The CRM has given the key; you need not enter it.',
  code: 'Code from Bitrix24',
  codeHint: 'Open the Bot Bridge app in Bitrix24 and press Connect. A code is good for half an hour, and once.',
  portal: 'Portal confirmed',
  check: 'Check and continue',
  checking: 'Checking…',
  choose: 'Which bot shall be connected?',
  chooseLead: (account: string, portal: string) =>
    `CRM ${account}, portal ${portal}. Each bot has a module and a channel of its own in the CRM.`,
  thinksWith: (what: string) => `Now: ${what}`,
  already: 'Connected to this CRM already: its connection will be renewed',
  types,
  next: 'Next',
  connect: 'Connect',
  connecting: 'Connecting…',
  noBots:
    'The portal has no bots yet. Open the Bot Bridge app in Bitrix24, press “Set up again”, and come back with a new code.',
  settings: {
    title: 'Settings of the bot',
    lead: (bot: string, account: string) =>
      `“${bot}” and CRM ${account}. Everything is filled in: you may leave it as it is.`,
    language: 'Language of notes to managers',
    languages: { ru: 'Русский', en: 'English' },
    command: 'Command that hands over to a person',
    commandHint:
      'A manager types it with a slash in a chat of the CRM, for example /operator, and people in Bitrix24 lead the conversation.',
    takesOver: 'When somebody in Bitrix24 takes the conversation',
    takesOverOptions: {
      unassign: 'Take the dialog in the CRM from whoever leads it',
      close: 'Close the dialog in the CRM',
      note: 'Leave the dialog in the CRM as it is',
    },
    takesOverHint: 'Managers see a note in any case.',
    console: 'Console in group chats',
    consoleHint: 'In a group with the bot employees answer customers and manage dialogs of the CRM by mentioning it.',
    groups: 'In which groups',
    groupsOptions: { supervisors: 'Those with the supervisor', all: 'Those with any bot of ours', none: 'None' },
    employees: 'Who may use it',
    employeesHint:
      'Numbers of Bitrix24 employees, with commas: the address of a profile shows the number. Empty: every employee in the group. People from outside never may.',
    otherBot: 'Choose another bot',
    /** Heading of all other settings. */
    more: 'All settings',
    yes: 'Yes',
    no: 'No',
    save: 'Save',
    moreProblem: 'This value does not fit. An empty field takes the default.',
    /** Above the form. */
    problem: 'Mend the fields that are marked.',
    problems: fieldProblems,
    otherProblem: 'Choose one of these.',
  },
  done: 'Done',
  doneLead: (bot: string, account: string) =>
    `“${bot}” is connected to ${account}. Its channel and commands are set up; you can write now.`,
  back: 'Back to the CRM',
  another: 'Connect another bot',
  otherLanguage: 'Русский',
  problems,
  otherProblem: (message: string) => `It did not work: ${message}`,
};

export type PageMessages = typeof en;
