/** The pages and their addresses. They are in the hash, because the portal posts to one address and reloads it so. */
import { createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router';
import type { PageData } from './page-data.ts';

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'health', component: () => import('./pages/HealthPage.vue') },
  { path: '/wizard', name: 'wizard', component: () => import('./pages/WizardPage.vue') },
  { path: '/bots', name: 'bots', component: () => import('./pages/BotsPage.vue') },
  { path: '/add-bot', name: 'add-bot', component: () => import('./pages/AddBotPage.vue'), meta: { menu: 'bots' } },
  { path: '/bots/:code', name: 'bot', component: () => import('./pages/BotPage.vue'), meta: { menu: 'bots' } },
  { path: '/connections', name: 'connections', component: () => import('./pages/ConnectionsPage.vue') },
  {
    path: '/connections/connect/:brain',
    name: 'connect',
    component: () => import('./pages/ConnectPage.vue'),
    meta: { menu: 'connections' },
  },
  {
    path: '/connections/:id',
    name: 'connection',
    component: () => import('./pages/ConnectionPage.vue'),
    meta: { menu: 'connections' },
  },
  { path: '/conversations', name: 'conversations', component: () => import('./pages/ConversationsPage.vue') },
  {
    path: '/conversations/:bot/:dialog',
    name: 'conversation',
    meta: { menu: 'conversations' },
    component: () => import('./pages/ConversationPage.vue'),
  },
  { path: '/undelivered', name: 'undelivered', component: () => import('./pages/UndeliveredPage.vue') },
  { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
  {
    path: '/settings/audit',
    name: 'audit',
    component: () => import('./pages/AuditPage.vue'),
    meta: { menu: 'settings' },
  },
  { path: '/:rest(.*)*', redirect: '/' },
];

export function createPageRouter({ page, goesOnWithWizard }: PageData): Router {
  const history = createWebHashHistory();
  // Before the router reads it: its first navigation goes there.
  if (page === 'installer' || goesOnWithWizard) history.replace('/wizard');
  return createRouter({ history, routes });
}
