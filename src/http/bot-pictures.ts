/**
 * The bots' pictures at public addresses, for remotes that show a bot as Bitrix24 does: `/bots/O.png`, `/bots/O2.png` and so on are the usual
 * pictures of a type, and `/bots/<id>.png` is one that an administrator has given a bot. A changed picture gets a new address.
 */
import type Router from '@koa/router';
import { namedUsualPicture } from '../bitrix24/install/bot-avatar.ts';
import type { Pool } from '../store/database.ts';
import { findPictureById } from '../store/tenants/bot-pictures.ts';

export function mountBotPictures(db: Pool) {
  return (router: Router): void => {
    router.get('/bots/:file', async (ctx) => {
      const name = /^(\w{1,16})\.png$/.exec(String(ctx.params['file']))?.[1] ?? '';
      const picture = namedUsualPicture(name) ?? (await ownPicture(db, name));
      if (picture === null) return;
      ctx.type = 'image/png';
      ctx.set('Cache-Control', 'public, max-age=86400');
      ctx.body = picture;
    });
  };
}

async function ownPicture(db: Pool, name: string): Promise<Buffer | null> {
  return /^[\da-f]{16}$/.test(name) ? await findPictureById(db, name) : null;
}
