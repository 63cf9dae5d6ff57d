/** What the connection page says, in English. */

/** Types of bots. */
const types: Readonly<Record<string, string>> = { O: 'Open Channel', S: 'Supervisor', B: 'Regular' };

/** By the code of an error, without `messagegateway.`. */
const problems: Readonly<Record<string, string>> = {
  bad_url: 'This is not the address of a CRM. Enter the account without a path, for example https://demo.simla.com',
  no_key: 'Enter the API key.',
  wrong_code: 'The code is not valid: it is mistyped, expired or used. Get a new one in the Bot Bridge app.',
  old_page: 'This page has expired. Start again with a new code.',
  old_draft: 'The link from the CRM has expired. Press Connect in the CRM again, or enter the API key.',
  no_bot: 'Choose a bot.',
  crm_wrong_key: 'The CRM does not know this API key. Copy the complete key, or create a new one.',
  crm_no_key: 'Enter the API key.',
  crm_scopes: 'The key lacks rights. Grant it integration_read and integration_write in the CRM settings.',
  crm_no_account: 'There is no CRM account at this address. Check the address.',
  crm_moved: 'The account has moved. Enter its new address.',
  crm_unpaid: 'The balance of the CRM account is too low to switch the module on. Top it up and try again.',
  crm_chats_off: 'The CRM did not accept the module. Check that chats are switched on in its settings.',
  crm_version: 'This CRM does not support version 5 of the API.',
  crm_away: 'The CRM is not responding. Try again in a minute.',
  crm_garbage: 'The server at this address is not a CRM. Check the address.',
  no_access: 'The CRM gave no access to its chats. Check that they are switched on, and try again.',
  unreachable: 'The address is not responding. Check it and try again.',
  forbidden_address: 'The app may not call this address: a public https address is needed.',
  gone: 'The bot or its connection has been removed or changed in the meantime. Start again.',
};

/** Beside a field, by its name. */
const fieldProblems: Readonly<Record<string, string>> = {
  command: '1 to 32 Latin letters, digits, - and _. The names bot and help are taken.',
  employees: 'Only ids separated by commas, for example 1, 42.',
};

export const en = {
  title: 'Connect chats to Bitrix24',
  lead: 'A Bitrix24 bot will deliver conversations to the chats of the CRM, and the answers of managers and bots back.',
  account: 'CRM address',
  accountHint: 'For example https://demo.simla.com',
  key: 'API key',
  keyHint:
    'Create one in the CRM: Settings → Integration → API keys. It needs the rights integration_read and integration_write.',
  keyGiven: 'The CRM has sent the key; you need not enter it.',
  code: 'Code from Bitrix24',
  codeHint: 'Open the Bot Bridge app in Bitrix24 and press Connect. A code is valid once, for half an hour.',
  portal: 'Portal confirmed',
  check: 'Check and continue',
  checking: 'Checking…',
  choose: 'Which bot do you want to connect?',
  chooseLead: (account: string, portal: string) =>
    `CRM ${account}, portal ${portal}. Each bot has a module and a channel of its own in the CRM.`,
  thinksWith: (what: string) => `Now: ${what}`,
  already: 'Already connected to this CRM: the connection will be renewed',
  types,
  next: 'Next',
  connect: 'Connect',
  connecting: 'Connecting…',
  noBots:
    'The portal has no bots yet. Open the Bot Bridge app in Bitrix24, press “Set up again”, and come back with a new code.',
  settings: {
    title: 'Settings of the bot',
    lead: (bot: string, account: string) =>
      `“${bot}” and CRM ${account}. Everything is filled in, so you can leave it as it is.`,
    language: 'Language of notes to managers',
    languages: { ru: 'Русский', en: 'English' },
    command: 'Command for handover to a person',
    commandHint:
      'When a manager types it with a slash in a chat of the CRM, for example /operator, people in Bitrix24 lead the conversation.',
    takesOver: 'When a person in Bitrix24 takes over the conversation',
    takesOverOptions: {
      unassign: 'Unassign the dialog in the CRM',
      close: 'Close the dialog in the CRM',
      note: 'Leave the dialog in the CRM as it is',
    },
    takesOverHint: 'Managers see a note in any case.',
    console: 'Console in group chats',
    consoleHint:
      'In a group with the bot, employees answer customers and manage dialogs of the CRM by mentioning the bot.',
    groups: 'In which groups',
    groupsOptions: { supervisors: 'Groups with the supervisor', all: 'Groups with any of our bots', none: 'None' },
    employees: 'Who may use it',
    employeesHint:
      'Ids of Bitrix24 employees, separated by commas: the address of a profile contains the id. Empty: every employee in the group. External users can never use it.',
    otherBot: 'Choose another bot',
    /** Heading of all other settings. */
    more: 'All settings',
    yes: 'Yes',
    no: 'No',
    save: 'Save',
    moreProblem: 'This value is not valid. Leave the field empty for the default.',
    /** Above the form. */
    problem: 'Please correct the marked fields.',
    problems: fieldProblems,
    otherProblem: 'Choose one of the options.',
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
