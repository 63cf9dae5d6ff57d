/** Takes the pictures of the pack: icon, avatars, screenshots, and the animation from the installation to the first answer. */
import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { CardLanguage } from '../../install/market/card.ts';
import { usualPicture, usualPictureName } from '../../src/bitrix24/install/bot-avatar.ts';
import type { BotType } from '../../src/core/bot.ts';
import { animate } from './apng.ts';
import { browserPath } from './browser-path.ts';
import type { DemoScene } from './demo/answers.ts';
import { type DemoStage, startDemoStage } from './demo/stage.ts';
import { demoNow } from './demo/talk.ts';
import { type DemoWords, demoWords } from './demo/words.ts';
import { cardLanguages } from './pack-texts.ts';
import type { Publishers } from './publisher.ts';

/** The largest screenshot that a card accepts. */
const screenshotSize = { width: 1280, height: 720 } as const;

const iconSize = 512;

const mostAttempts = 40;

interface Shot {
  readonly name: string;
  /** Path of the page inside the app. */
  readonly path: string;
  readonly scene: Omit<DemoScene, 'language'>;
  /** A text that the page shows when it is complete. */
  readonly shows: (words: DemoWords) => string | undefined;
  /** How many pixels of the page are scrolled out above the picture. */
  readonly above?: number;
}

const working = { wizardStep: null, isAnswered: true } as const;

const screenshots: readonly Shot[] = [
  { name: '1-overview', path: '/', scene: working, shows: ({ bots }) => bots[3]?.name },
  { name: '2-conversation', path: '/conversations/orders/chat900', scene: working, shows: ({ talk }) => talk.thanks },
  { name: '3-bots', path: '/bots', scene: working, shows: ({ bots }) => bots[3]?.name },
  { name: '4-who-answers', path: '/connections', scene: working, shows: ({ accounts }) => accounts[2] },
  {
    name: '5-conversations',
    path: '/conversations',
    scene: working,
    shows: ({ customers }) => customers[4],
    above: 290,
  },
  { name: '6-bot', path: '/bots/orders', scene: working, shows: ({ bots }) => bots[0]?.greeting },
];

const walk: readonly Shot[] = [
  { name: '1', path: '/wizard', scene: { wizardStep: 'answers', isAnswered: false }, shows: () => 'Metabot' },
  { name: '2', path: '/wizard', scene: { wizardStep: 'line', isAnswered: false }, shows: ({ lines }) => lines[2] },
  {
    name: '3',
    path: '/wizard',
    scene: { wizardStep: 'message', isAnswered: false },
    shows: ({ bots }) => bots[2]?.name,
  },
  {
    name: '4',
    path: '/wizard',
    scene: { wizardStep: 'message', isAnswered: true },
    shows: ({ bots }) => bots[2]?.name,
  },
  { name: '5', path: '/conversations/orders/chat900', scene: working, shows: ({ talk }) => talk.thanks },
];

const secondsEach = 2.5;

/** The avatars of the five bots that a portal may have: one for each type, and another for a second bot of the same type. */
const avatars: readonly (readonly [type: BotType, number: number])[] = [
  ['O', 1],
  ['S', 1],
  ['B', 1],
  ['P', 1],
  ['O', 2],
];

/** Makes screenshots reproducible: otherwise Chromium scales a picture in one of two ways, depending on timing. */
const sameBytes = ['--disable-checker-imaging', '--disable-partial-raster', '--disable-skia-runtime-opts'];

async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: browserPath(),
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', ...sameBytes],
  });
}

/** Every picture by its path below the folder of the pack. Throws when a page requests something that does not exist, or reports an error. */
export async function takePictures(publishers: Publishers): Promise<ReadonlyMap<string, Buffer>> {
  const pictures = new Map<string, Buffer>();
  for (const [type, number] of avatars) {
    pictures.set(`avatars/${usualPictureName(type, number)}.png`, usualPicture(type, number));
  }
  const browser = await openBrowser();
  const stage = await startDemoStage();
  try {
    pictures.set('icon.png', await takeIcon(browser));
    for (const language of cardLanguages) {
      const camera = await openCamera(browser, stage, { language, title: publishers[language].solution });
      for (const shot of screenshots) pictures.set(`${language}/screenshots/${shot.name}.png`, await camera.take(shot));
      const frames: Buffer[] = [];
      for (const shot of walk) {
        const frame = await camera.take(shot);
        frames.push(frame);
        pictures.set(`${language}/walk/${shot.name}.png`, frame);
      }
      pictures.set(`${language}/walk.png`, animate(frames, secondsEach));
      await camera.close();
    }
    if (stage.missing.length > 0)
      throw new Error(`the pages requested what does not exist: ${stage.missing.join(', ')}`);
    return pictures;
  } finally {
    await browser.close();
    await stage.close();
  }
}

async function takeIcon(browser: Browser): Promise<Buffer> {
  const source = readFileSync(new URL('../../install/market/icon.svg', import.meta.url), 'utf8');
  const page = await browser.newPage({ viewport: { width: iconSize, height: iconSize } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${source}`);
  const icon = await page.screenshot();
  await page.close();
  return icon;
}

interface Camera {
  take(shot: Shot): Promise<Buffer>;
  close(): Promise<void>;
}

async function openCamera(
  browser: Browser,
  stage: DemoStage,
  { language, title }: { readonly language: CardLanguage; readonly title: string },
): Promise<Camera> {
  const context = await browser.newContext({
    viewport: screenshotSize,
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: language === 'ru' ? 'Europe/Moscow' : 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  return {
    async take({ name, path, scene, shows, above = 0 }) {
      await stage.show({ ...scene, language }, { title, path });
      const page = await context.newPage();
      const faults = watch(page);
      await page.clock.setFixedTime(demoNow);
      await page.goto(stage.origin);
      const frame = page.frameLocator('iframe');
      await frame
        .getByText(shows(demoWords[language]) ?? '')
        .first()
        .waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      const inner = page.frames().find((one) => one.url().includes('/app'));
      await inner?.evaluate(paintAnew);
      await inner?.evaluate(`window.scrollTo(0, ${above})`);
      const picture = await stillPicture(page);
      await page.close();
      if (faults.length > 0) throw new Error(`${name} (${language}): ${[...faults, ...stage.missing].join('; ')}`);
      return picture;
    },
    close: () => context.close(),
  };
}

/** Repaints the page after all pictures are decoded: Chromium paints a picture that is not decoded yet in slightly different colours. */
const paintAnew = `Promise.all([...document.images].map((image) => image.decode())).then(() => {
  document.body.style.display = 'none';
  document.body.getBoundingClientRect();
  document.body.style.display = '';
})`;

/** Takes the picture of a page once nothing on it changes any more. */
async function stillPicture(page: Page): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  let equal = 0;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    equal = picture.equals(before) ? equal + 1 : 0;
    if (equal === 2) return picture;
    before = picture;
    await page.waitForTimeout(150);
  }
  throw new Error('the page keeps changing');
}

/** Errors of the page and of its console. */
function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}
