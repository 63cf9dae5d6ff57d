/** The invented company of the pictures answers as the API does, pictures are judged rightly, and a walk is a valid animation. */
import { describe, expect, it } from 'vitest';
import { animate } from '../../../scripts/market/apng.ts';
import { demoAnswers } from '../../../scripts/market/demo/answers.ts';
import { demoWords } from '../../../scripts/market/demo/words.ts';
import { cardLanguages } from '../../../scripts/market/pack-texts.ts';
import { pngChunks, readPicture } from '../../../scripts/market/png.ts';
import { languageFaults } from '../../../scripts/market/text-rules.ts';
import { namedUsualPicture, usualPicture, usualPictureName } from '../../../src/bitrix24/install/bot-avatar.ts';
import { botTypeSchema } from '../../../src/core/bot.ts';

describe('the invented company', () => {
  it.each(cardLanguages)(
    'answers in %s what the endpoints could answer, without words of another language',
    async (language) => {
      for (const wizardStep of [null, 'answers', 'line', 'message'] as const) {
        const answers = await demoAnswers({ language, wizardStep, isAnswered: true });
        expect(answers.size).toBeGreaterThan(10);
      }
      expect(languageFaults(language, JSON.stringify(demoWords[language]))).toEqual([]);
      const lists = [demoWords[language].bots.map(({ name }) => name), demoWords[language].customers];
      for (const list of lists) expect(new Set(list).size).toBe(list.length);
    },
  );
});

describe('the usual pictures', () => {
  const all = botTypeSchema.options.flatMap((type) => [1, 2, 3, 4, 5].map((number) => [type, number] as const));

  it('differ by type and number, are square and not transparent', () => {
    expect(new Set(all.map(([type, number]) => usualPicture(type, number).toString('base64'))).size).toBe(all.length);
    for (const [type, number] of all) {
      const picture = usualPicture(type, number);
      expect(readPicture(picture)).toEqual({ width: 200, height: 200, isTransparent: false, colors: 2 });
      expect(namedUsualPicture(usualPictureName(type, number))).toBe(picture);
    }
  });
});

describe('a walk', () => {
  const frames = [usualPicture('O', 1), usualPicture('S', 1), usualPicture('B', 1)];

  it('has every frame with its time, numbered without a gap', () => {
    const chunks = pngChunks(animate(frames, 2.5));
    const control = chunks.find(({ type }) => type === 'acTL');
    expect(control?.data.readUInt32BE(0)).toBe(frames.length);
    const steps = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT');
    expect(steps.map(({ data }) => data.readUInt32BE(0))).toEqual(steps.map((_, index) => index));
    const times = chunks
      .filter(({ type }) => type === 'fcTL')
      .map(({ data }) => data.readUInt16BE(20) / data.readUInt16BE(22));
    expect(times).toEqual([2.5, 2.5, 2.5]);
    expect(readPicture(animate(frames, 1))).toEqual(readPicture(frames[0]!));
  });

  it('is not made of frames of different sizes', () => {
    const other = Buffer.from(frames[0]!);
    other.writeUInt32BE(199, 16);
    expect(() => animate([frames[0]!, other], 1)).toThrow('differ');
    expect(() => animate([Buffer.from('GIF89a')], 1)).toThrow('not a PNG');
    expect(() => pngChunks(frames[0]!.subarray(0, 60))).toThrow('cut off');
  });
});
