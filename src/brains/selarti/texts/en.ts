/** What staff and the AI read from us, in English. */

export const en = {
  handover: 'Selarti hands the conversation over to an operator.',
  panelLeads: 'Selarti has handed the conversation over to its own operators: they answer in the panel of Selarti.',
  closed: 'Selarti has closed the dialogue and answers no more.',
  closedBefore:
    'Selarti has closed the dialogue and answers no more, so the last message was not sent to it. If it is to answer again: remove the tag in its panel, then type /bot.',
  robot: 'Selarti takes the other side for a robot.',
  robotSilence:
    'Selarti takes the other side for a robot: for a day nothing more is sent to it or shown from it. /operator and then /bot ends the silence.',
  facts: {
    get_contact: 'the contact was received',
    interest: 'the customer is interested',
    success: 'the dialogue succeeded',
  },
  contacts: (line: string) => `contacts: ${line}`,
  tags: { get_contact: '#contact', contacts: '#contact', interest: '#interest', success: '#success' },
  panel: (url: string) => `Dialogue in the panel of Selarti: ${url}`,
  share: (url: string) => `Read only; anybody who has this address can read the dialogue: ${url}`,
  turnsReached: (limit: number) =>
    `The limit of ${limit} messages a day for one conversation is reached (connection to Selarti), so the last message was not sent to it.`,
  monthReached: (limit: number) =>
    `The limit of ${limit} messages a month is reached (connection to Selarti), so the last message was not sent to it.`,
  /** What the AI reads in place of files, edits and deletions. */
  file: (name: string, link: string) => (link === '' ? `[File: ${name}]` : `[File: ${name}] ${link}`),
  edited: (text: string) => `[Correction of an earlier message] ${text}`,
  deleted: '[The customer has deleted an earlier message]',
};

export type StaffTexts = typeof en;
