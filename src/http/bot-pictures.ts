/** The bots' pictures under public addresses, for remotes that show a bot as Bitrix24 does: `/bots/O.png`. */
import type Router from '@koa/router';
import { avatar } from '../bitrix24/install/bot-profile.ts';
import { botTypeSchema } from '../core/bot.ts';

export function mountBotPictures(router: Router): void {
  router.get('/bots/:file', (ctx) => {
    const type = botTypeSchema.safeParse(/^(\w)\.png$/.exec(String(ctx.params['file']))?.[1]);
    if (!type.success) return;
    ctx.type = 'image/png';
    ctx.set('Cache-Control', 'public, max-age=86400');
    ctx.body = avatar(type.data);
  });
}
