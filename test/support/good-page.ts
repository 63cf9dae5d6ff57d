/** Checks for every page: it is no wider than its window and has no serious accessibility problems. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { seriousFindings } from './axe.ts';
import { keepPicture, overflows } from './browser.ts';

/** @param name the name of its picture */
export async function expectGoodPage(page: Page, name: string): Promise<void> {
  await keepPicture(page, name);
  expect(await overflows(page), name).toBe(false);
  expect(await seriousFindings(page), name).toEqual([]);
}
