/** Names the owner of bots in calls through an incoming webhook. */

/** The parameter that names the owner where no app does: each bot API has its own for the same value. */
export function ownerOf(method: string, clientId: string): Readonly<Record<string, string>> {
  // Belongs to no bot.
  if (method === 'imbot.v2.Revision.get') return {};
  return method.startsWith('imbot.v2.') ? { botToken: clientId } : { CLIENT_ID: clientId };
}
