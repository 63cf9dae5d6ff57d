/** Gives a bot a picture of its own. */
import { hash } from 'node:crypto';
import { badInput } from '../core/errors.ts';
import { storePicture } from '../store/tenants/bot-pictures.ts';
import { listBots, updateBot } from '../store/tenants/bots.ts';
import {
  type BotServiceOptions,
  type ChangedBot,
  changing,
  needBot,
  refuseImpossible,
  withSetUp,
} from './bot-service.ts';

const maxBytes = 300 * 1024;
const leastPixels = 50;
const mostPixels = 1_000;

/**
 * Stores the picture, and orders the set-up that brings it to the portal. Throws BadInput `bot.bad_picture` (422) for anything but a square PNG of 50
 * to 1 000 pixels and at most 300 KiB, and like `changePortalBot`. @param image null: the usual picture of its type again
 */
export async function setBotPicture(
  options: BotServiceOptions,
  portalId: string,
  code: string,
  image: Buffer | null,
): Promise<ChangedBot> {
  if (image !== null && !isFit(image)) {
    throw badInput('bot.bad_picture', 'a picture is a square PNG of 50 to 1000 pixels and at most 300 KiB', 422);
  }
  return await changing(options, portalId, async (trx, portal) => {
    const bot = needBot(await listBots(trx, portalId), code, portal.domain);
    refuseImpossible(bot, undefined);
    const pictureId = image === null ? null : hash('sha256', image).slice(0, 16);
    await storePicture(trx, portalId, code, image);
    await updateBot(trx, portalId, code, { picture_id: pictureId });
    if (pictureId !== bot.picture_id) {
      const details = { from: { pictureId: bot.picture_id }, to: { pictureId } };
      await options.note(trx, portalId, { action: 'bot.changed', subject: code, details });
    }
    return await withSetUp(trx, portalId, code);
  });
}

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** The head of a PNG: signature, length and name of the first chunk, width and height (PNG specification, 5.2 and 11.2.2). */
const headBytes = 24;

function isFit(image: Buffer): boolean {
  if (image.length < headBytes || image.length > maxBytes) return false;
  if (!image.subarray(0, 8).equals(signature) || image.toString('latin1', 12, 16) !== 'IHDR') return false;
  const [width, height] = [image.readUInt32BE(16), image.readUInt32BE(20)];
  return width === height && width >= leastPixels && width <= mostPixels;
}
