/** The rights of the app, as Bitrix24 names them, without which it cannot work. */
export const neededScopes = ['imbot', 'imopenlines'] as const;
