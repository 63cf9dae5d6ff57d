/** Runs before each test file of a measured run. */
import { relative } from 'node:path';
import { expect } from 'vitest';

globalThis.startMarksOf?.(relative(process.cwd(), expect.getState().testPath ?? ''));
