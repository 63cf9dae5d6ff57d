/**
 * What a live probe asks a real account (docs/live-probes.md): the exchange of the API key, which costs nothing, and what the stored webhooks
 * show. It sends no message, because each costs money.
 */
import { type AssumedObject, type BrainProbe, oneOf, type ProbeFact } from '../../core/brain-probe.ts';
import type { Connection, RawEvent } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { systemClock } from '../../lib/clock.ts';
import { createSelartiClient } from './api/selarti-client.ts';
import type { SelartiConfig } from './config.ts';
import { flagNames } from './conversation-state.ts';
import { isNo, isYes } from './inbound/loose-values.ts';
import { documentedBody, isKnownType, readWebhook, type Webhook } from './inbound/webhook.ts';

const kind = 'webhooks of "All messages"';
const webhookFile = 'src/brains/selarti/inbound/webhook.ts reads the webhook; sandbox/selarti/webhook-body.ts sends it';

export function probeAccount(
  { config }: Connection<SelartiConfig>,
  _hookUrl: string,
  tools: ConnectorTools,
): BrainProbe {
  return {
    questions: config.apiKey === undefined ? [] : [exchange(config, tools)],
    stored: {
      read: (message) => {
        const object = documentedBody(message.body);
        return object === null ? null : { kind, object };
      },
      kinds: { [kind]: webhookOf(config) },
      unknownFollows: webhookFile,
      facts: (messages) => factsOf(messages, config),
    },
    headersFollow: 'the setting callsPerSecond',
  };
}

/** Keeps the new token for all processes, as a health check does: it may have ended the one before. */
function exchange(config: SelartiConfig, tools: ConnectorTools): BrainProbe['questions'][number] {
  return {
    question: 'What does the exchange of the API key answer?',
    call: `POST ${config.authPath}`,
    ask: () => createSelartiClient({ config, tools, clock: systemClock }).authorize(),
    refusedFollows: 'the settings host, authPath, keyField, keyPlace and tokenField, in this order; then apiKey',
    objects: {
      needed: [config.tokenField],
      known: ['status', 'response.user_id', 'response.expires'],
      words: [{ path: 'status', isKnown: oneOf('success'), follows: 'src/brains/selarti/api/answer-body.ts' }],
      follows: 'the setting tokenField; expires tells how long a token lives (src/brains/selarti/api/shared-token.ts)',
    },
  };
}

/** All twenty documented fields. */
function webhookOf(config: SelartiConfig): AssumedObject {
  return {
    needed: ['message_id', 'message_type', 'external_chat_id', 'task_id'],
    known: [
      ...['company_id', 'channel_id', 'manager_id', 'thread_id', 'message_text', 'title', 'contacts'],
      ...['panel_url', 'share_url'],
    ],
    words: [
      { path: 'wh_type', follows: webhookFile },
      {
        path: 'message_type',
        isKnown: (value) => isKnownType(value, config),
        follows: 'the settings botWords, operatorWords and userWords',
      },
      ...flagNames.map((path) => ({
        path,
        isKnown: (value: unknown) => isYes(value, config.yesWords) || isNo(value),
        follows: 'the setting yesWords, if the word means yes',
      })),
    ],
    follows: webhookFile,
  };
}

function factsOf(messages: readonly RawEvent[], config: SelartiConfig): ProbeFact[] {
  const inOrder = messages.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
  const webhooks = inOrder.flatMap(({ body }) => readWebhook(body, config) ?? []);
  const some = (is: boolean): boolean | null => (webhooks.length === 0 ? null : is);
  const longest = Math.max(0, ...webhooks.map(({ text }) => text.length));
  return [
    {
      fact: 'message_id is sometimes empty',
      value: some(webhooks.some(({ messageId }) => messageId === '')),
      assumed: false,
      follows: 'src/brains/selarti/inbound/receive-webhook.ts: repetitions are then recognised for ten minutes only',
    },
    {
      fact: 'a text is longer than maxMessageLength',
      value: some(longest > config.maxMessageLength),
      assumed: false,
      follows: 'the setting maxMessageLength: Selarti writes longer texts than it is sent',
    },
    {
      fact: 'flags are repeated on later webhooks of the dialogue',
      value: areRepeated(webhooks),
      assumed: true,
      follows: 'src/brains/selarti/conversation-state.ts: a flag counts as taken back by an answer without it',
    },
    {
      fact: 'an answer has line breaks',
      value: some(webhooks.some(({ text }) => text.includes('\n'))),
      assumed: null,
      follows: '',
    },
  ];
}

/** Flags that Selarti does not take back. */
const lasting = ['get_contact', 'interest', 'success'] as const;

function areRepeated(webhooks: readonly Webhook[]): boolean | null {
  const last = new Map<string, Webhook>();
  let isRepeated: boolean | null = null;
  for (const webhook of webhooks) {
    const before = last.get(webhook.chatId);
    for (const flag of lasting) {
      if (before?.flags.has(flag)) isRepeated = isRepeated !== false && webhook.flags.has(flag);
    }
    last.set(webhook.chatId, webhook);
  }
  return isRepeated;
}
