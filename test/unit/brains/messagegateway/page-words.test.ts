/** What people read of MessageGateway while they connect it is there in every language of the app. */
import { describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../../src/brains/messagegateway/messagegateway-brain.ts';
import { problemTexts } from '../../../../src/brains/messagegateway/problem-texts.ts';
import { formOf } from '../../../../src/core/config-form.ts';
import { languages } from '../../../../src/core/language.ts';

const form = formOf(messageGatewayBrain.configSchema!);
const met = [
  'crmUrl',
  'apiKey',
  'language',
  'handover.command',
  'onPersonTakesOver',
  'console.groups',
  'console.employees',
];

describe('the words of MessageGateway', () => {
  it.each([...languages])('are there in %s: problems, fields, choices', (language) => {
    const fields = form.filter(({ key }) => met.includes(key));
    expect(fields).toHaveLength(met.length);
    const texts = [
      messageGatewayBrain.about,
      ...Object.values(problemTexts),
      ...fields.flatMap(({ title, help, wrong }) => [title, help, ...(wrong === null ? [] : [wrong])]),
      // Languages are called by their own names.
      ...fields.filter(({ key }) => key !== 'language').flatMap(({ choices }) => choices.map(({ title }) => title)),
    ];
    expect(texts.filter((words) => (words?.[language] ?? '') === '')).toEqual([]);
  });
});
