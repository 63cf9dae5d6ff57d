/** Something that happened to the app in a portal; it concerns no dialog. */
export type AppEvent =
  | { readonly type: 'app_updated' }
  | { readonly type: 'app_uninstalled'; readonly clean: boolean }
  | { readonly type: 'app_payment'; readonly expired: boolean }
  | { readonly type: 'bot_deleted'; readonly botId: string };
