/** Delivers reactions of customers to messages of managers and bots. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { MessageName } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';
import { externalId } from './message-names.ts';

/**
 * Repeatable: a customer has one reaction per message, and removing an absent one has no effect. If MessageGateway refuses a reaction, only
 * that reaction is lost. Throws AppErrors that can be retried.
 */
export async function deliverReaction(
  context: MgContext,
  action: BrainAction & { type: 'reaction' },
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Delivery> {
  const { reaction, isOn } = action;
  const channel = await context.channels.of(to);
  const { transport } = context.apis;
  const name = nameOf(action, to);
  try {
    if (isOn) await transport.addReaction(channel, name, reaction, signal);
    else await transport.deleteReaction(channel, name, reaction, signal);
    return {};
  } catch (error) {
    if (!(error instanceof MgRefused)) throw error;
    if (error.status === 404 || error.sentences.some((sentence) => /not found/i.test(sentence))) {
      context.tools.log('a reaction was left out: MessageGateway does not have the message', {
        message: action.messageId,
      });
      return {};
    }
    return { warnings: [`the reaction was not taken: ${error.message}`] };
  }
}

/** MessageGateway's own messages go by its id, our bot's greeting by the external id under which it was sent. */
function nameOf(
  { messageId, remoteMessageId }: BrainAction & { type: 'reaction' },
  { ref }: ConversationRef,
): MessageName {
  const id = Number(remoteMessageId ?? '');
  return Number.isSafeInteger(id) && id > 0 ? { id } : { external_id: externalId(messageId, ref) };
}
