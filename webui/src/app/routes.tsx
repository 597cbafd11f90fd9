/** The route table: places.ts, and the pages that fit every object of the schema. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, useParams } from '@tanstack/react-router'
import { ObjectFormPage } from '../forms/object-form-page.tsx'
import { ObjectDetailPage } from '../lists/object-detail.tsx'
import { ObjectListPage } from '../lists/object-list.tsx'
import { ErrorPage, MissingPage } from './error-page.tsx'
import { PLACES } from './places.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: MissingPage, errorComponent: ErrorPage })

const places = PLACES.map(place => createRoute({
  getParentRoute: () => root, path: place.path, component: lazyRouteComponent(place.load), errorComponent: ErrorPage,
}))
const generic = [
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object', component: AnyList }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/new', component: AnyNew }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id', component: AnyDetail }),
  createRoute({ getParentRoute: () => root, path: '/manage/o/$object/$id/edit', component: AnyEdit }),
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

function AnyList() {
  const { object = '' } = useParams({ strict: false })
  return <ObjectListPage key={object} object={object} />
}

function AnyNew() {
  const { object = '' } = useParams({ strict: false })
  return <ObjectFormPage key={object} object={object} id={null} />
}

function AnyDetail() {
  const { object = '', id = '' } = useParams({ strict: false })
  return <ObjectDetailPage key={object + id} object={object} id={id} />
}

function AnyEdit() {
  const { object = '', id = '' } = useParams({ strict: false })
  return <ObjectFormPage key={object + id} object={object} id={id} />
}
