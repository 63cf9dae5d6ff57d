/**
 * The routes of MessageGateway. Nobody signs in here: each handler says what proves its sender. The limits count failed requests of one
 * sender, so they slow down guessing and do not affect valid requests.
 */
import type { BrainRoute } from '../../../core/brain.ts';
import { showAccount } from './account-page.ts';
import { handleActivity } from './activity.ts';
import { showForm, takeStep } from './connect-page.ts';
import { logo } from './logo.ts';
import { offerOneStep, registerOneStep } from './simple.ts';

export const routes: readonly BrainRoute[] = [
  { method: 'POST', path: '/activity', perMinute: 1_200, handle: handleActivity },
  { method: 'GET', path: '/connect', perMinute: 1200, handle: showForm },
  { method: 'POST', path: '/connect', perMinute: 120, handle: takeStep },
  { method: 'GET', path: '/account', perMinute: 300, handle: showAccount },
  { method: 'GET', path: '/simple', perMinute: 300, handle: offerOneStep },
  { method: 'POST', path: '/simple/register', perMinute: 120, handle: registerOneStep },
  { method: 'GET', path: '/logo.svg', perMinute: 300, handle: () => Promise.resolve({ status: 200, svg: logo }) },
];
