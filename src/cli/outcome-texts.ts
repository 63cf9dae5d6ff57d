/** Says in plain words why a step of a message ended as it did. The stable outcomes themselves belong to the bridge and the workers. */

const texts: Readonly<Record<string, string>> = {
  // What the bridge decided.
  forwarded: 'passed on to the brain',
  forwarded_later: 'waits for what follows it, to be passed on together; not passed on if a person takes over before',
  changed_before_delivery: 'changed while the message was still waiting to be passed on',
  forwarded_reaction: 'the reaction was passed on to the brain',
  chosen: 'passed on to the brain as the choice that the customer named by its number or its label',
  answered: 'the brain answered',
  greeted: 'the bot introduced itself',
  helped: 'the bot explained itself',
  unanswered: 'no brain is connected: a customer was given to people, an employee was told so',
  handed_over: 'handed over to a person',
  handed_back: 'handed back to the brain',
  handed_over_after_silence: 'handed over to people: the brain has not answered the customer for too long',
  paused_too_many_turns:
    'not passed on: question and answer followed each other faster than people write; the bot is silent now',
  handed_back_after_silence: 'handed back to the brain: the people who led have been silent for long enough',
  context_passed: 'the data of the link that opened the bot were passed on to the brain',
  context_ignored: 'the data of the link that opened the bot were not passed on: the brain does not take any',
  finished: 'the brain ended the session',
  noted: 'noted; nothing to do',
  ignored_bot: 'not answered: another bot wrote it',
  ignored_system: 'not answered: the portal itself wrote it',
  overheard: 'passed to the brain, though the bot was not mentioned',
  ignored_not_mentioned: 'not answered: the bot was not mentioned',
  ignored_operator: 'not answered: an operator wrote it, who leads the conversation from now on',
  ignored_hidden_note: 'not answered: a note among operators, which takes the conversation from nobody',
  ignored_told_before: 'without effect: an event of the bot told the same message, or it came too late',
  ignored_other_bot: 'not answered: another bot of ours leads this Open Channel session',
  ignored_edit_came_first: 'not answered: an edit of the message came first and was passed on in its place',
  ignored_person_owns: 'not answered: a person leads the conversation',
  ignored_operator_called: 'not answered: somebody called a person with a single 0',
  ignored_empty: 'not answered: it was empty',
  ignored_unsupported: 'not passed on: the brain does not take such changes or reactions',
  ignored_unknown_command: 'not answered: a button of a command the bot does not know',
  ignored_unknown_message: 'not done: the message is not known in this conversation',
  dropped_person_owns: 'not shown: the brain spoke while a person leads the conversation',
  withdrawn: 'not shown: it had been reported as failed before, and a repetition of it is a message of its own',
  requested: 'the brain is sent a request',
  follow_up_set: 'the brain wants to be sent a request later',
  follow_up_cancelled: 'the brain does not want a follow-up any more',
  follow_up_refused: 'a follow-up was refused: too many, too far ahead, or too large',
  // What the workers found.
  unknown_bot: 'for a bot that is not ours (any more)',
  unknown_brain: 'the bot thinks with a brain this program does not know',
  unknown_conversation: 'no conversation was found that it belongs to',
  ignored_by_brain: "the brain's connector found nothing in it for us",
  ignored_unknown_event: 'an event the app does not know',
  ignored_told_with_first_command:
    "not answered by itself: the event of the message's first command stands for all of them",
  ignored_no_dialog: 'the event names no dialog',
  ignored_not_for_this_bot: 'the event is for another bot',
  moved: 'moved to its conversation, which has become known',
  replayed: 'replayed by hand: back at the end of its lane',
  // How actions ended.
  person_owns: 'not shown: a person had taken the conversation before it could be sent',
  message_not_shown: 'not done: the message that was to be changed was not shown, or is deleted',
  superseded: 'not done: a later edit of the same message stood behind it',
  sent: 'sent',
  without_reaction:
    'the reaction was left out: the message is gone, or the portal does not have this reaction for bots',
  without_quote: 'without the quote, which the portal would not take',
  without_buttons: 'without some or all of its buttons, which the portal would not take',
  without_menu: 'without its menu, which the portal would not take',
  without_cards: 'without its cards, which the portal would not take',
  without_receiver: 'the portal refused the receiver: the operators of the line have the session',
  without_effect: 'a person leads the session, so it was left to them',
  done: 'done',
  delivered: 'delivered to the brain',
  answered_in_webhook: 'told to the brain in the answer to its webhook',
  due: 'its time has come',
  set_up: 'the portal was set up',
  uninstalled: 'the removal of the app was noted',
  erased: 'the data of the portal was erased',
  kept_installed_again: 'kept: the app was installed again',
  suspended: 'the portal has not paid',
  paid: 'the portal has paid',
  bot_deleted: 'a person deleted the bot in the portal',
  bot_removed: 'not done: the bot is removed',
  too_late: 'left out: typing is shown at once or not at all',
  not_shown: 'left out: the portal did not take it, and an answer must not wait for it',
  portal_busy: "left out: the portal's request budget was needed for answers",
  bot_unregistered: 'the bot was taken out of the portal',
  portal_uninstalled: 'not done: the portal has removed the app',
  conversation_erased: 'not done: the conversation was erased',
  // App events.
  app_updated: 'the app was installed or updated',
  app_working: 'the portal says that the app works',
  app_not_finished: 'the portal waits for an administrator to open the app, and sends no events until then',
  app_payment_expired: 'the portal says that the app is not paid, and sends no events',
  app_not_checked: 'the portal could not be asked about the app now',
  app_uninstalled: 'the app was removed',
  app_payment: 'the payment changed',
  // Codes of errors that people ask about.
  'brain.not_connected': 'the bot thinks with a brain that is not connected',
  'brain.unknown_request': 'the brain has no request of that name',
  'brain.bad_params': 'the brain does not take these parameters',
  'event.no_connection': 'the connection it came through is gone',
  'outbox.interrupted': 'the program ended in the middle of the attempt',
  'inbox.restored': 'it waited at the moment to which the database was put back, and was probably answered after it',
  'outbox.restored': 'it waited at the moment to which the database was put back, and was probably sent after it',
  'outbox.attempts_used_up': 'no attempt came to an end: each time the program stopped or hung meanwhile',
  'http.connect': 'the other system could not be reached',
  'http.timeout': 'the other system took too long',
  'http.broken': 'the connection broke before the answer came',
  'http.aborted': 'broken off because the app was stopping',
  'bitrix24.disconnected': "the portal's tokens are dead; an administrator has to open the app there",
  'bitrix24.payment_required': 'the portal refuses every call: its plan has no REST, or it has not paid; it waits',
  'bitrix24.PAYMENT_REQUIRED': 'the portal refuses every call: it has not paid; it waits',
  'bitrix24.PORTAL_DELETED': 'Bitrix24 says that the portal was deleted; it waits',
  'bitrix24.moved_elsewhere': 'the portal redirects to an address its OAuth host does not confirm; it waits',
  'bitrix24.oauth_away': 'the OAuth host does not answer; it waits',
  'bitrix24.refresh_waits': "the portal's tokens are being renewed; it waits",
  'bitrix24.QUERY_LIMIT_EXCEEDED': "the portal's request limit was used up; it waits",
  'bitrix24.OPERATION_TIME_LIMIT': "the portal's time limit for this method was used up; it waits",
  'bitrix24.OVERLOAD_LIMIT':
    'Bitrix24 has blocked the REST API of the portal by hand; its support can end that; it waits',
  'bitrix24.budget': "the portal's request budget was used up",
  'bitrix24.operating': "the portal's time limit for this method was nearly used up",
  'bitrix24.no_answer_in_batch': 'the portal answered other calls of the same request and not this one',
  'rate_limit.busy': "the brain's request limit was used up, or it had asked to be left alone for a while",
  'bitrix24.not_json': 'the portal answered something unreadable',
  internal: 'a fault of this program; its log has the details',
};

const endings: Readonly<Record<string, string>> = {
  dead_letter: 'a dead letter: a person replays or drops it',
  unknown: 'it may have happened; a person has to decide',
  dropped: 'dropped',
};

/** `state` and `outcome` as the store has them; an outcome without a text is repeated as it is. */
export function outcomeText(state: string, outcome: string | null): string {
  if (outcome === null || outcome === '') return endings[state] ?? '';
  const isDroppedByHand = outcome.endsWith(droppedMark);
  const plain = isDroppedByHand ? outcome.slice(0, -droppedMark.length) : outcome;
  const said = plain
    .split('+')
    .filter((part) => part !== '')
    .map((part) => (Object.hasOwn(texts, part) ? texts[part] : undefined) ?? part)
    .join('; ');
  const ending = isDroppedByHand ? 'dropped by hand' : state === 'dropped' ? '' : (endings[state] ?? '');
  return [said, ending].filter((part) => part !== '').join('; ');
}

/** What dropping a dead letter adds to its outcome. */
const droppedMark = ' (dropped)';
