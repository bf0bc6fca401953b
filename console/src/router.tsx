import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Frame } from './ui/frame';
import { NotFound } from './ui/notfound';
import { titleSearch } from './pages/titlefilter';
import { Today } from './pages/today';

// Each page says in its address what it shows, so that it can be sent to a colleague. What an address has too much is left out.

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const texts = <Name extends string>(...names: Name[]) => (search: Record<string, unknown>) => {
  const kept: { [K in Name]?: string } = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') kept[name] = String(value);
  }
  return kept;
};

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Today }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/titles',
    validateSearch: texts('order', ...titleSearch),
    component: lazyRouteComponent(() => import('./pages/titles'), 'Titles'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/titles/$id',
    component: lazyRouteComponent(() => import('./pages/title'), 'TitlePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/runs',
    validateSearch: texts('state', 'kind', 'verdict', 'profile'),
    component: lazyRouteComponent(() => import('./pages/runs'), 'Runs'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/runs/$id',
    validateSearch: texts('action', 'severity'),
    component: lazyRouteComponent(() => import('./pages/run'), 'Run'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/setup',
    component: lazyRouteComponent(() => import('./pages/setup'), 'SetUp'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/collections',
    component: lazyRouteComponent(() => import('./pages/collections'), 'Collections'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/profiles',
    component: lazyRouteComponent(() => import('./pages/profiles'), 'Profiles'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/schedules',
    component: lazyRouteComponent(() => import('./pages/schedules'), 'Schedules'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/acquisitions',
    validateSearch: texts('q', 'collection', 'attached', 'closed'),
    component: lazyRouteComponent(() => import('./pages/polines'), 'PoLines'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/acquisitions/licenses',
    validateSearch: texts('q'),
    component: lazyRouteComponent(() => import('./pages/licenses'), 'Licenses'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/acquisitions/import',
    component: lazyRouteComponent(() => import('./pages/import'), 'Import'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/acquisitions/reconciliation',
    validateSearch: texts('list', 'collection'),
    component: lazyRouteComponent(() => import('./pages/reconciliation'), 'Reconciliation'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/jobs',
    validateSearch: texts('q'),
    component: lazyRouteComponent(() => import('./pages/jobs'), 'Jobs'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/jobs/$mutation',
    validateSearch: texts(...titleSearch),
    component: lazyRouteComponent(() => import('./pages/job'), 'Job'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/settings',
    component: lazyRouteComponent(() => import('./pages/settings'), 'Settings'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/settings/people',
    component: lazyRouteComponent(() => import('./pages/people'), 'People'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/settings/tokens',
    component: lazyRouteComponent(() => import('./pages/tokens'), 'Tokens'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/settings/audit',
    validateSearch: texts('action', 'actor', 'since'),
    component: lazyRouteComponent(() => import('./pages/audit'), 'Audit'),
  }),
] as const;

// Values of an address are plain text: no quotation marks around what looks like a number.
export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(Object.entries(search).filter(([, value]) => value) as [string, string][]).toString();
    return text && `?${text}`;
  },
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
