/** Sources for what the site says about other projects. */
export const sources = {
  bitrixExample: {
    source: 'bitrix24com/bots: bot.php',
    href: 'https://github.com/bitrix24com/bots/blob/master/bot.php',
  },
  chatConcurrency: {
    source: 'vercel/chat: concurrency',
    href: 'https://github.com/vercel/chat/blob/main/apps/docs/content/docs/concurrency.mdx',
  },
  chatDedupe: {
    source: 'vercel/chat: chat.ts',
    href: 'https://github.com/vercel/chat/blob/main/packages/chat/src/chat.ts',
  },
  chatwootOrder: { source: 'chatwoot #12661', href: 'https://github.com/chatwoot/chatwoot/issues/12661' },
  chatwootOpens: { source: 'chatwoot #12379', href: 'https://github.com/chatwoot/chatwoot/pull/12379' },
  convoyOrder: { source: 'convoy #1525', href: 'https://github.com/frain-dev/convoy/issues/1525' },
  convoy: { source: 'convoy', href: 'https://github.com/frain-dev/convoy' },
  outpost: { source: 'hookdeck/outpost', href: 'https://github.com/hookdeck/outpost' },
  capabilities: {
    source: 'mautrix/go: capabilities.go',
    href: 'https://github.com/mautrix/go/blob/main/event/capabilities.go',
  },
  checkpoints: {
    source: 'mautrix/go: messagecheckpoint.go',
    href: 'https://github.com/mautrix/go/blob/main/bridgev2/status/messagecheckpoint.go',
  },
  limiters: {
    source: 'bitrix24/b24jssdk: limiters',
    href: 'https://github.com/bitrix24/b24jssdk/tree/main/packages/jssdk/src/core/http/limiters',
  },
  receive: { source: 'probot: receive', href: 'https://github.com/probot/probot/blob/master/src/bin/receive.ts' },
  ignoreSelf: { source: 'bolt-js: App.ts', href: 'https://github.com/slackapi/bolt-js/blob/main/src/App.ts' },
} as const;
