/** Finds the channel and the message named by a transport, among its own only. */

import { ApiError } from '../api-error.ts';
import type { ApiCall } from '../api-gate.ts';
import type { ChannelRecord, MessageRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { externalKey } from '../talk/record-message.ts';

/** The transport's channel. Throws `Channel not found`. */
export function ownChannel(call: ApiCall, id: number): ChannelRecord {
  const channel = call.account.channels.get(id);
  if (channel === undefined || channel.moduleCode !== call.module.code) throw new ApiError(400, 'Channel not found');
  return channel;
}

/** The same, refused when it has been deactivated. */
export function ownActiveChannel(call: ApiCall, id: number): ChannelRecord {
  const channel = ownChannel(call, id);
  if (!channel.isActive) throw new ApiError(400, 'Channel is not active');
  return channel;
}

/** The message in this channel, by either id; deleted ones only if asked for. Throws `Message not found`. */
export function messageMeant(
  account: AccountState,
  channel: ChannelRecord,
  which: { readonly id?: number | undefined; readonly external_id?: string | undefined },
  wanted: 'present' | 'deleted' = 'present',
): MessageRecord {
  const id = which.id ?? account.messageIds.get(externalKey(channel.id, which.external_id ?? ''));
  const message = id === undefined ? undefined : account.messages.get(id);
  if (message === undefined || message.channelId !== channel.id || message.isDeleted !== (wanted === 'deleted')) {
    throw new ApiError(400, 'Message not found');
  }
  return message;
}
