/** The body of the webhook "All messages": all twenty documented fields, with types guessed from their names. */
import type { Dialogue, Message } from './records.ts';

export interface Account {
  readonly origin: string;
  readonly taskId: string;
  readonly channelId: string;
  readonly managerId: string;
  readonly companyId: string;
}

export function webhookBody(account: Account, dialogue: Dialogue, message: Message): Readonly<Record<string, unknown>> {
  const { tags, threadId } = dialogue;
  return {
    wh_type: 'all_messages',
    company_id: account.companyId,
    channel_id: account.channelId,
    manager_id: account.managerId,
    task_id: account.taskId,
    thread_id: threadId,
    message_id: message.id,
    message_type: message.type,
    message_text: message.text,
    external_chat_id: dialogue.chatId,
    title: '',
    contacts: dialogue.contacts,
    get_contact: tags.has('get_contact'),
    interest: tags.has('interest'),
    success: tags.has('success'),
    close: tags.has('close'),
    operator: tags.has('operator'),
    is_bot: tags.has('is_bot'),
    panel_url: `${account.origin}/panel?menu=chats&thread=${threadId}`,
    share_url: `${account.origin}/share/${threadId}`,
  };
}
