/** States of bots, the portal, connections and deliveries, by their codes. */
export const states = {
  bot: {
    wanted: 'connecting',
    registered: 'working',
    refused: 'refused',
    deleted: 'removed in the portal',
  },
  portal: {
    installed: 'connected',
    disconnected: 'needs authorisation',
    suspended: 'not paid',
    uninstalled: 'removed',
  },
  botType: {
    O: 'Open Channel',
    S: 'Supervisor',
    B: 'Ordinary',
  },
  source: {
    bitrix24: 'Bitrix24',
    bridge: 'the app itself',
  },
  delivery: {
    waiting: 'waiting',
    dead_letter: 'not delivered',
    unknown: 'unknown whether it arrived',
  },
  stopped: {
    other: 'switched off in the other service',
    stopped: 'switched off in the other service',
    gone: 'the connected server wants no more events (410)',
    refused: 'the connected server refuses the signature: check the key',
    switched_off: 'the module is switched off in the CRM',
    chats_off: 'chats are switched off in the CRM',
    frozen: 'the module is frozen in the CRM',
    unpaid: 'the CRM account cannot pay for the module',
    key_refused: 'the service no longer accepts the API key',
    token_refused: 'the service no longer accepts the token',
    bearer_refused: 'the service no longer accepts the token',
    not_found: 'the service has no such bot',
    wrong_address: 'the service is not at this address',
    rights_missing: 'the API key of the CRM lacks rights: grant them, or connect it again',
    no_account: 'there is no longer an account at the address of the CRM: connect it again',
    moved: 'the CRM has moved: connect it at its new address',
  },
  app: {
    not_finished:
      'The app of the bots has to be opened once: after an installation or update Bitrix24 sends it no messages until an administrator has opened it. Until then the bots hear nothing.',
    payment_expired:
      'Bitrix24 says that the app of the bots is not paid for. Until it is, Bitrix24 sends it no messages, and the bots hear nothing.',
  },
};
