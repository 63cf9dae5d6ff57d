import { describe, expect, it } from 'vitest';
import { selartiBrain } from '../../../../src/brains/selarti/selarti-brain.ts';
import { textReply } from '../../../../src/core/events.ts';
import { noTools } from '../../../support/no-tools.ts';
import { selartiConfig, selartiWebhook } from '../../../support/selarti-unit.ts';

function decode(
  name: string,
  changes: Readonly<Record<string, unknown>> = {},
  given: Readonly<Record<string, unknown>> = {},
) {
  const config = selartiConfig(given);
  const connector = selartiBrain.create({ id: 'c', portal: 'p', config, webhookSecret: 's' }, noTools());
  return connector.decode({ body: selartiWebhook(name, changes), receivedAt: new Date(), ingress: 'webhook' });
}

const links = [
  'Dialogue in the panel of Selarti: https://selarti.com/panel?menu=chats&thread=EXAMPLE',
  'Read only; anybody who has this address can read the dialogue: https://selarti.com/share/EXAMPLE',
];
const note = (text: unknown) => expect.objectContaining({ type: 'reply', isInternal: true, text });
const said = textReply('Hello! How can I help?', '1721200000001x500000000000000005');

describe('what a webhook of Selarti means', () => {
  it('shows what the AI says', () => {
    expect(decode('bot-reply')).toEqual([said]);
  });

  it('shows what a person types in the panel, who takes the conversation unless that is switched off', () => {
    const reply = textReply('A person is here', '1721200000003x500000000000000007');
    expect(decode('operator-message')).toEqual([{ type: 'taken_back' }, reply]);
    expect(decode('operator-message', {}, { panelMessages: 'keep' })).toEqual([reply]);
  });

  it('shows nothing of our own message that comes back, nor of a type nobody knows', () => {
    expect(decode('user-echo')).toEqual([]);
    expect(decode('bot-reply', { message_type: 'system' })).toEqual([]);
  });

  it('shows nothing of an empty text', () => {
    expect(decode('bot-reply', { message_text: ' ' })).toEqual([]);
  });

  it('hands over with both links, which the customer never sees', () => {
    const [reply, about, handover] = decode('handover');
    expect(reply).toEqual(textReply('I am calling a colleague', '1721200000004x500000000000000008'));
    expect(about).toEqual(note(`Selarti: the customer is interested\n#interest\n${links[0]}`));
    const words = ['Selarti hands the conversation over to an operator.', ...links].join('\n');
    expect(handover).toEqual({ type: 'handover', note: words });
  });

  it('tells staff who leads where Selarti keeps its operators', () => {
    const events = decode('handover', { interest: false }, { onOperator: 'note' });
    expect(events.slice(1)).toEqual([note(expect.stringContaining('its own operators'))]);
  });

  it.each([
    ['finish', [{ type: 'finish' }]],
    ['handover', [{ type: 'handover', note: expect.stringContaining('closed the dialogue') }]],
    ['nothing', []],
  ])('ends as the setting says when the dialogue is closed (%s)', (onClose, events) => {
    expect(decode('bot-reply', { close: 'yes' }, { onClose })).toEqual([said, ...events]);
  });

  it.each([
    ['silence', [note(expect.stringContaining('for a robot'))]],
    ['handover', [{ type: 'handover', note: expect.stringContaining('for a robot') }]],
    ['nothing', [said]],
  ])('says nothing to a robot unless the setting says so (%s)', (onRobot, events) => {
    expect(decode('bot-reply', { is_bot: true }, { onRobot })).toEqual(events);
  });

  it('tells staff what was learnt, with tags to search for', () => {
    const learnt = { get_contact: true, success: true, contacts: { phone: '+7 900' } };
    const [, about] = decode('bot-reply', learnt);
    const first = 'Selarti: the contact was received, the dialogue succeeded, contacts: phone: +7 900';
    expect(about).toEqual(note(`${first}\n#contact #success\n${links[0]}`));
  });

  it('says it in Russian where the connection does', () => {
    const events = decode('handover', { panel_url: 'javascript:1', share_url: '' }, { language: 'ru' });
    expect(events.at(-1)).toEqual({ type: 'handover', note: 'Selarti передаёт разговор оператору.' });
  });
});
