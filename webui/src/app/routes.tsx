/** The route table: places.ts, and the pages that fit every object of the schema. */
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { lazyPart } from '../parts/lazy-part.tsx'
import { Skeleton } from '../parts/states.tsx'
import { ErrorPage, MissingPage } from './error-page.tsx'
import { PLACES } from './places.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: MissingPage, errorComponent: ErrorPage })

const places = PLACES.map(place => createRoute({
  getParentRoute: () => root, path: place.path, component: lazyPart(place.load, Waiting), errorComponent: ErrorPage,
}))
const anyObject = (name: 'AnyList' | 'AnyNew' | 'AnyDetail' | 'AnyEdit') => lazyPart(async () => (await import('../lists/any-object.tsx'))[name], Waiting)
const generic = [
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object', component: anyObject('AnyList') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/new', component: anyObject('AnyNew') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id', component: anyObject('AnyDetail') }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id/edit', component: anyObject('AnyEdit') }),
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

function Waiting(): ReactNode {
  return <Skeleton lines={8} />
}
