/** One MessageGateway stage for all tests of a file or of a `describe`. */
import { afterAll, beforeAll } from 'vitest';
import { type MgStage, type MgStageOptions, startMgStage } from './messagegateway-stage.ts';

/** Starts it before the tests and closes it after them. What it returns is filled in by then: use it in tests and hooks only. */
export function useMgStage(options: MgStageOptions = {}): MgStage {
  const stage = {} as MgStage;
  beforeAll(async () => {
    Object.assign(stage, await startMgStage(options));
  });
  afterAll(() => stage.close());
  return stage;
}
