/** One stage of the signed webhook for all tests of a file; each test has a new person, and all traffic is compared with the documents. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { undocumentedTraffic } from './webhook-documents.ts';
import { type Person, startWebhookStage, type WebhookStage } from './webhook-stage.ts';

export interface WebhookTalk {
  readonly stage: WebhookStage;
  /** The person of the current test. */
  readonly person: Person;
  /** The person writes and the server does not answer by itself. Resolves to the conversation's id once the server knows it. */
  begun(): Promise<string>;
  /** The latest event at the server. */
  lastEvent(): WebhookStage['server']['heard'][number]['event'] | undefined;
}

export function useWebhookTalk(): WebhookTalk {
  let stage: WebhookStage;
  let person: Person;
  beforeAll(async () => {
    stage = await startWebhookStage();
  });
  beforeEach(() => {
    stage.server.way = 'in-call';
    person = stage.person();
  });
  afterEach(() => {
    expect(undocumentedTraffic(stage.server)).toEqual([]);
  });
  afterAll(() => stage.close());
  return {
    get stage() {
      return stage;
    },
    get person() {
      return person;
    },
    async begun() {
      stage.server.way = 'person';
      person.write('начало');
      await stage.done();
      return person.ref();
    },
    lastEvent: () => stage.server.heard.at(-1)?.event,
  };
}
