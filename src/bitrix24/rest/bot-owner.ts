/** Names the owner of bots in calls through an incoming webhook. */

/** The parameter that names the owner when no app is installed: each bot API has its own name for the same value. */
export function ownerOf(method: string, clientId: string): Readonly<Record<string, string>> {
  // This method concerns no bot.
  if (method === 'imbot.v2.Revision.get') return {};
  return method.startsWith('imbot.v2.') ? { botToken: clientId } : { CLIENT_ID: clientId };
}
