/** The API's answers to the pages for an invented company. Each answer is validated against the schema of its endpoint before it is used. */

import type { CardLanguage } from '../../../install/market/card.ts';
import { endpoints } from '../../../src/api/endpoint-list.ts';
import { brains } from '../../../src/brains/index.ts';
import { maxBotsPerPortal } from '../../../src/core/bot.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { formOf } from '../../../src/core/config-form.ts';
import { noBrain } from '../../../src/core/no-brain.ts';
import { botsOf, connectionsOf, offeredBrains } from './bots.ts';
import { figuresOf, healthOf, portalHealth } from './health.ts';
import { at, demoTimeline } from './talk.ts';
import { type DemoWords, demoWords } from './words.ts';

export interface DemoScene {
  readonly language: CardLanguage;
  /** The current step of the installation wizard; null: it is finished. */
  readonly wizardStep: 'answers' | 'line' | 'message' | null;
  /** Whether the message of the wizard's last step has been answered. */
  readonly isAnswered: boolean;
}

function appOf({ language, wizardStep }: DemoScene, words: DemoWords) {
  return {
    visitor: { userId: '1', name: words.admin, role: 'admin', language },
    portal: {
      domain: words.domain,
      state: 'installed',
      appProblem: null,
      plan: 'pro100',
      language,
      installedAt: at(-60 * 24 * 40),
      setUpAt: at(-1),
      setUpProblem: null,
      isSetUpSinceOpened: wizardStep !== null,
      maxBots: maxBotsPerPortal,
    },
    brains: offeredBrains.map(({ name, title, titles, about, configSchema, connectPath }) => ({
      name,
      title: titles ?? { en: title, ru: title },
      about: about ?? null,
      isAnswering: true,
      needsAccount: true,
      hasForm: configSchema !== null && formOf(configSchema).length > 0,
      connectPath: connectPath === undefined ? null : `/${name}${connectPath}`,
    })),
    version: '1.0.0',
  };
}

function setUpOf({ wizardStep }: DemoScene, words: DemoWords) {
  const isChosen = wizardStep !== 'answers';
  return {
    rights: { isAdmin: true, granted: ['imbot', 'imopenlines'], missing: [] },
    state: 'done',
    problem: null,
    setUpAt: at(-1),
    isSetUpSinceOpened: true,
    appProblem: null,
    bots: botsOf(words).map((bot) => ({
      code: bot.code,
      type: bot.type,
      name: bot.name,
      botId: bot.botId,
      state: 'registered',
      problem: null,
      brain: isChosen ? bot.brain.name : noBrain.name,
      connectionId: isChosen ? bot.connection.id : null,
    })),
    wizard: { step: wizardStep ?? 'message', isEnded: wizardStep === null, beganAt: at(-6) },
  };
}

function firstMessageOf({ isAnswered }: DemoScene) {
  const told = { botCode: 'assistant', dialogId: '1', trace: 'demo', at: at(-1), outcome: null };
  const times = { passedAt: at(-1, 1), answeredAt: at(-1, 3), shownAt: at(-1, 4) };
  return { message: isAnswered ? { ...told, ...times, state: 'answered' } : null };
}

function linesOf(words: DemoWords) {
  return words.lines.map((name, index) => ({
    id: String(index + 1),
    name,
    isActive: true,
    welcomeBot:
      index === 2
        ? null
        : {
            botId: index === 0 ? '410' : '413',
            code: index === 0 ? 'orders' : 'service',
            join: 'always',
            operatorsAfterSeconds: 0,
            afterwards: 'stay',
          },
    operators: 3 - index,
  }));
}

function conversationsOf(words: DemoWords) {
  const kinds = ['line', 'line', 'line', 'line', 'private', 'group'] as const;
  const leads = ['taken', 'brain', 'handed_over', 'brain', 'brain', 'brain'] as const;
  return words.customers.map((person, index) => {
    const kind = kinds[index] ?? 'line';
    return {
      bot: kind === 'line' ? (index === 3 ? 'service' : 'orders') : kind === 'group' ? 'group' : 'assistant',
      dialog: `chat${900 + index}`,
      kind,
      person: kind === 'group' ? '' : person,
      title: kind === 'group' ? words.company : kind === 'line' ? `${person} – ${words.lines[0]}` : '',
      line: kind === 'line' ? (index === 3 ? '2' : '1') : null,
      lead: leads[index] ?? 'brain',
      ledSince: leads[index] === 'brain' ? null : at(-12 - index),
      waitingSince: null,
      activeAt: at(-3 - index * 17),
      said: { text: words.said[index] ?? '', at: at(-3 - index * 17), by: index === 1 ? 'bot' : 'other' },
      undelivered: 0,
    };
  });
}

/** The connection forms as the app itself returns them. */
async function forms(language: DemoScene['language']): Promise<unknown> {
  const endpoint = endpoints.find(({ path }) => path === '/api/connections/forms');
  // The endpoint uses only the brains, the initial configuration of a new account of each, and the language.
  const connectionService = { beginning: (brain: Brain) => brain.newConfig?.({ language, settings: undefined }) ?? {} };
  return await endpoint?.run({ services: { brains, connectionService }, language } as never, {
    params: undefined,
    query: undefined,
    body: undefined,
  });
}

/** The answers by the path of their endpoint. Throws for an answer that does not match the endpoint's schema. */
export async function demoAnswers(scene: DemoScene): Promise<ReadonlyMap<string, unknown>> {
  const words = demoWords[scene.language];
  const conversations = conversationsOf(words);
  const bots = botsOf(words);
  const answers = {
    '/api/app': appOf(scene, words),
    '/api/bots': { bots, maxBots: maxBotsPerPortal },
    '/api/connections': { connections: scene.wizardStep === 'answers' ? [] : connectionsOf(words) },
    '/api/connections/forms': await forms(scene.language),
    '/api/setup': setUpOf(scene, words),
    '/api/setup/first-message': firstMessageOf(scene),
    '/api/lines': { lines: linesOf(words) },
    '/api/health': healthOf(words),
    '/api/health/figures': figuresOf(words),
    '/api/health/portal': portalHealth,
    '/api/conversation-filters': { bots: bots.map(({ code, name }) => ({ code, name })), lines: ['1', '2'] },
    '/api/conversations': { conversations, next: null, searchedBackTo: null },
    '/api/conversations/:bot/:dialog': { conversation: conversations[0], botName: bots[0]?.name ?? '', mayAct: true },
    '/api/conversations/:bot/:dialog/timeline': { entries: demoTimeline(words), next: null },
    '/api/follow-ups': { followUps: [] },
  };
  return new Map(Object.entries(answers).map(([path, answer]) => [path, checked(path, answer)]));
}

function checked(path: string, answer: unknown): unknown {
  const endpoint = endpoints.find((one) => one.method === 'GET' && one.path === path);
  if (endpoint === undefined) throw new Error(`the API has no GET ${path}`);
  return endpoint.schemas.answer.parse(answer);
}
