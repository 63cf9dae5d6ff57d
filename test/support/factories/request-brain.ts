/** A scripted brain with one request, one command and a pace, for tests of requests to brains. */
import { z } from 'zod';
import type { BrainCommand, BrainRequestForm } from '../../../src/core/brain-parts.ts';
import { field } from '../../../src/core/config-form.ts';
import type { Capabilities } from '../../../src/core/connector.ts';
import { textReply } from '../../../src/core/events.ts';
import { type BrainRequest, type BrainScript, type ScriptedBrain, scriptBrain } from '../scripted-brain.ts';

export const runRequest: BrainRequestForm = {
  name: 'run',
  title: { ru: 'Запустить скрипт', en: 'Run a script' },
  help: { ru: 'Запускает скрипт для разговора', en: 'Runs a script for the conversation' },
  schema: z.strictObject({
    code: field(z.string().min(1), {
      title: { ru: 'Код', en: 'Code' },
      help: { ru: 'Код скрипта', en: 'The code of the script' },
    }),
    times: field(z.int(), { title: { ru: 'Сколько раз', en: 'Times' }, help: { ru: '', en: '' } }).default(1),
  }),
};

export const runCommand: BrainCommand = {
  name: 'run',
  title: { ru: 'Запустить скрипт', en: 'Run a script' },
  params: { ru: '<код>', en: '<code>' },
  request: 'run',
  read: (text) => (text === '' ? null : { code: text }),
};

export interface RequestBrain extends ScriptedBrain {
  readonly asked: BrainRequest[];
}

/** Answers `message` with the text and `request` with its code, and records the requests. */
export function requestBrain(
  script: Partial<BrainScript> = {},
  parts: NonNullable<Parameters<typeof scriptBrain>[1]>['parts'] = {},
  capabilities: Partial<Capabilities> = {},
): RequestBrain {
  const asked: BrainRequest[] = [];
  const scripted = scriptBrain(
    {
      deliver: ({ text }) => Promise.resolve({ replies: [textReply(text)] }),
      request(request) {
        asked.push(request);
        return Promise.resolve({ replies: [textReply(`запущен ${String(request.params['code'])}`)] });
      },
      ...script,
    },
    { capabilities, parts: { requests: [runRequest], commands: [runCommand], ...parts } },
  );
  return Object.assign(scripted, { asked });
}
