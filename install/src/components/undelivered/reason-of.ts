/** Which of the reasons that people understand an error belongs to. */

export type Reason =
  | 'unreachable'
  | 'portalGone'
  | 'portalUnpaid'
  | 'portalRefused'
  | 'notConnected'
  | 'paused'
  | 'limits'
  | 'interrupted'
  | 'homeless'
  | 'serviceRefused'
  | 'own';

/** The first that fits counts. */
const patterns: readonly (readonly [RegExp, Reason])[] = [
  [/^(outbox\.interrupted|outbox\.attempts_used_up|(in|out)box\.restored|fate_unknown)/, 'interrupted'],
  [/^(unknown_conversation|event\.)/, 'homeless'],
  [/^(brain\.not_connected|brain\.unknown$|unknown_brain)/, 'notConnected'],
  [/^connection\.|disabled/, 'paused'],
  [/^http\.|^network\.|_away$|^bitrix24\.(oauth_away|not_json|no_answer)/, 'unreachable'],
  [/^rate_limit|^bitrix24\.(QUERY_LIMIT|OPERATION_TIME|OVERLOAD|budget|operating)|throttled|\.busy$/, 'limits'],
  [/^bitrix24\.(payment|PAYMENT|moved_elsewhere)/i, 'portalUnpaid'],
  [/^bitrix24\.(disconnected|PORTAL_DELETED|refresh|expired_token|invalid_grant|NO_AUTH)/i, 'portalGone'],
  [/^bitrix24\./, 'portalRefused'],
  [/^(internal|inbox\.|outbox\.)/, 'own'],
  [/\./, 'serviceRefused'],
];

/** @param code of the error that was kept */
export function reasonOf(code: string): Reason {
  return patterns.find(([pattern]) => pattern.test(code))?.[1] ?? 'own';
}
