/** Refusals of the server, by their codes; `network` and `http` stand for all codes that begin so. Others are told in the server's words, to which brains bring their own. */
export const problems = {
  network: 'The app may not call this address: a public https address is needed.',
  http: 'The service does not respond. Check its address and try again.',
  'connection.gone': 'The bot or its connection has been removed meanwhile. Start again.',
  'connection.changed':
    'Somebody else has changed the bot or its connection meanwhile. Look again before you repeat it.',
  'connection.in_use': 'Bots still answer with this connection. Give them another one first.',
  'bot.exists': 'There is a bot with this code already.',
  'bot.too_many': 'Bitrix24 allows an app no more bots. Remove one first.',
  'bot.deleted': 'Somebody deleted this bot in Bitrix24. Add it again as a new one.',
  'bot.bad_name': 'A name has 1 to 100 characters.',
  'bot.which_connection': 'Choose the connection with which the bot answers.',
  'bot.not_registered': 'The bot is not in Bitrix24 yet.',
  'bot.not_for_lines': 'Only a bot for Open Channels can meet customers.',
  'bot.bad_picture': 'A picture is a square PNG of 50 to 1000 pixels and at most 300 KiB.',
  'bot.bad_code': 'A code is made of Latin letters, digits, _ . and -',
  'line.taken': "Another app's bot meets the customers of this line.",
  'line.forbidden':
    'Who installed the app may not edit Open Channels. An administrator who may opens the app once, or sets the bot in the line itself.',
  'conversation.person_leads':
    'A person leads the conversation. Give it back to the bot first, or write in the chat yourself.',
  'deliveries.waiting': 'It is still being tried.',
  'deliveries.confirm': 'It may have arrived already. Confirm to send it again.',
  'deliveries.just_sent': 'It was sent again a moment ago.',
  'dead_letters.unknown': 'This has been sent again or dropped meanwhile.',
  'settings.too_long': 'This installation does not keep messages for so long.',
  'erase.not_confirmed': 'What was typed is not the same. Nothing was erased.',
  'export.under_way': 'An export of this portal is being written already. Wait until it is done.',
  'portal.uninstalled': 'The app has been removed.',
};
