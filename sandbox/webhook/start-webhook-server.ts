/** Starts the server behind signed webhooks, with its page. */
import { createPersonPage } from './person-page.ts';
import { createReplies } from './replies.ts';
import { WebhookServer, type WebhookServerOptions } from './webhook-server.ts';

export async function startWebhookServer(options: WebhookServerOptions = {}): Promise<WebhookServer> {
  const server = new WebhookServer(options, { repliesOf: createReplies, pageOf: createPersonPage });
  await server.start(options);
  return server;
}
