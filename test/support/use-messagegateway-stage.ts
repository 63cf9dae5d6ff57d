/** One MessageGateway stage for all tests of a file or of a `describe`. */
import { afterAll, beforeAll } from 'vitest';
import { type MgStage, type MgStageOptions, startMgStage } from './messagegateway-stage.ts';

/** Starts the stage before the tests and closes it after them. The returned object is filled in by a hook: use it only in tests and hooks. */
export function useMgStage(options: MgStageOptions = {}): MgStage {
  const stage = {} as MgStage;
  beforeAll(async () => {
    Object.assign(stage, await startMgStage(options));
  });
  afterAll(() => stage.close());
  return stage;
}
