/** The brain `none`, which bots have until somebody connects a real one. What they say meanwhile is in `unanswered.ts`; nothing is delivered. */
import type { Brain } from './brain.ts';
import { defineBrain } from './define-brain.ts';

export const noBrain = defineBrain({
  name: 'none',
  title: 'Nobody yet',
  titles: {
    en: 'Nobody yet',
    ru: 'Пока никто',
    de: 'Noch niemand',
    es: 'Nadie todavía',
    pt: 'Ninguém ainda',
    pl: 'Jeszcze nikt',
    uk: 'Поки ніхто',
    kz: 'Әзірше ешкім',
  },
  about: {
    en: 'Customers read that a colleague is being called, and people are called at once.',
    ru: 'Клиент читает, что бот зовёт коллегу, и разговор сразу достаётся людям.',
    de: 'Kunden lesen, dass ein Kollege gerufen wird, und Menschen werden sofort gerufen.',
    es: 'El cliente lee que se llama a un compañero, y se avisa a las personas de inmediato.',
    pt: 'O cliente lê que um colega está sendo chamado, e as pessoas são chamadas na hora.',
    pl: 'Klient czyta, że bot woła współpracownika, a ludzie są wzywani od razu.',
    uk: 'Клієнт читає, що бот кличе колегу, і розмова одразу дістається людям.',
    kz: 'Клиент боттың әріптесін шақырып жатқанын оқиды, ал әңгіме бірден адамдарға өтеді.',
  },
  // Files reach the rules unchanged: a customer who sends only files needs a person too.
  capabilities: { maxTextLength: 20_000, files: true, idempotentDelivery: true },
  configSchema: null,
  create: () => ({
    decode: () => [],
    // Discards what the former brain had not been sent yet when it was disconnected.
    deliver: () => Promise.resolve({}),
  }),
});

/** All brains that bots can have. */
export function withNoBrain(brains: readonly Brain[]): readonly Brain[] {
  return [noBrain, ...brains];
}
