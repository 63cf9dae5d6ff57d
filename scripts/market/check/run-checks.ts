/** `npm run market -- --check`: checks every rule that can be checked automatically, and lists those that a person has to check. */
import { neededScopes } from '../../../src/bitrix24/needed-scopes.ts';
import { cardLanguages, cards, documentNames, readDocument } from '../pack-texts.ts';
import { cardFaults, documentFaults } from '../text-rules.ts';
import { lookAtPages } from './page-rules.ts';
import { addressFaults, avatarFaults, erasureFaults, pictureFaults, restLogFaults, scopeFaults } from './rules.ts';
import { walkOnPremises, walkThrough } from './walk-through.ts';

export interface Checked {
  readonly rule: string;
  /** Violations of the rule; empty if it is kept. */
  readonly faults: readonly string[];
}

/** What a person has to check before the solution is submitted. */
export const byHand: readonly string[] = [
  'The title in the card, in the licence agreement and in the cabinet is the same, and it is not a test title.',
  'The licensor is the contracting party in the cabinet, and both documents comply with the law of the region (ask a lawyer).',
  'The links of the card work: both documents open directly in a browser; prices; support. On the card of the western region they are in English.',
  'Each service named in the English card has an English interface; others are left out.',
  'The server has a valid certificate (at least DV), passes the security scanner, and has a virus scanner.',
  'Spelling and grammar of the card, read aloud by a native speaker.',
  'Tags for collections are chosen from the list in the cabinet; no picture contains a logo of somebody else.',
  'Test accounts of the services are ready, and the moderator can connect their own Bitrix24.',
  'Installation, conversation, removal and a new installation on a real and clean cloud portal, as an administrator and as an employee.',
  'The same on a self-hosted portal.',
  'Very busy portals: the log of REST calls keeps 20 000 lines per portal; check that they reach back three days.',
];

/** @param pictures the pack's pictures by path */
export async function runChecks(pictures: ReadonlyMap<string, Buffer>): Promise<readonly Checked[]> {
  const texts = cardLanguages.flatMap((language): Checked[] => [
    { rule: `the card (${language})`, faults: cardFaults(cards[language]) },
    ...documentNames.map((name) => ({
      rule: `${name} (${language})`,
      faults: documentFaults(language, readDocument(name, language)),
    })),
  ]);
  let pageFaults: readonly string[] = ['the pages were not looked at'];
  const walk = await walkThrough(async (app) => {
    pageFaults = await lookAtPages(app);
  });
  const { methods, secrets, restLog } = walk;
  return [
    ...texts,
    { rule: 'icon and screenshots', faults: pictureFaults(pictures) },
    { rule: 'addresses answer HEAD', faults: addressFaults(walk.addresses) },
    { rule: 'each bot has an avatar of its own', faults: avatarFaults(walk.bots) },
    { rule: 'bots greet with help and commands', faults: walk.greetings },
    { rule: 'conversations are handed over to people and back', faults: walk.handOvers },
    { rule: 'scopes are those that are used', faults: scopeFaults(neededScopes, methods) },
    { rule: 'pages: no scroll bars, no errors, no login', faults: pageFaults },
    { rule: 'log of REST calls without secrets', faults: restLogFaults(restLog, { methods, secrets }) },
    { rule: 'repeated and clean installations', faults: walk.installations },
    { rule: 'nothing is left after a removal', faults: erasureFaults(walk.left) },
    { rule: 'self-hosted portals', faults: await walkOnPremises() },
  ];
}
