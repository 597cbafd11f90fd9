/** The route table: places.ts, and the pages that fit every object of the schema. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { ErrorPage, MissingPage } from './error-page.tsx'
import { PLACES } from './places.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: MissingPage, errorComponent: ErrorPage })

const places = PLACES.map(place => createRoute({
  getParentRoute: () => root, path: place.path, component: lazyRouteComponent(place.load), errorComponent: ErrorPage,
}))
const anyObject = () => import('../lists/any-object.tsx')
const generic = [
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object', component: lazyRouteComponent(anyObject, 'AnyList') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/new', component: lazyRouteComponent(anyObject, 'AnyNew') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id', component: lazyRouteComponent(anyObject, 'AnyDetail') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id/edit', component: lazyRouteComponent(anyObject, 'AnyEdit') }),
]

export const router = createRouter({
  routeTree: root.addChildren([...places, ...generic]),
  defaultPreload: 'intent',
  defaultErrorComponent: ErrorPage,
  scrollRestoration: true,
  // Flat and readable: every value is a text.
  parseSearch: search => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: search => {
    const text = new URLSearchParams(Object.entries(search).flatMap(([key, value]) => typeof value === 'string' ? [[key, value]] : [])).toString()
    return text === '' ? '' : `?${text}`
  },
})
