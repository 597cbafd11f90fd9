import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { byHeading, otherObjects } from './menu-entries.ts'

const of = (name: string, type = 'object') => ({ [`x:${name}`]: { type, description: '', permissionPrefix: name } })
const listed = (title: string) => ({ title, subtitle: '', singularName: '', pluralName: '', columns: [] })
const schema = (layouts: object[]) => parseSchema({
  objects: { ...of('Weather'), ...of('Wind'), ...of('Sky', 'singleton'), ...of('Domain'), ...of('Inner') }, schemas: {}, fields: {}, forms: {}, enums: {}, dashboards: [],
  lists: { 'x:Weather': listed('All the weather'), 'x:Wind': listed('Winds'), 'x:Domain': listed('Domains') }, layouts,
})
const LAYOUTS = [{
  name: 'Settings', icon: 'cog',
  items: [
    { container: { name: 'Air', icon: 'cloud', items: [{ type: 'link', name: 'Sky', viewName: 'x:Sky' }, { type: 'link', name: 'Forecast', viewName: 'x:Weather/Later' }] } },
    { link: { name: 'Weather', icon: 'sun', viewName: 'x:Weather' } },
  ],
}]

test('an object without a page stands where the menu of the schema has it, also when there is only one of it', () => {
  const found = otherObjects(new Model(schema(LAYOUTS))).map(({ group, heading, label, to, icon }) => [group, heading, label, to, icon])
  assert.deepEqual(found, [
    ['settings', 'Air', 'Sky', '/manage/o/Sky/singleton', 'cloud'], ['settings', null, 'Weather', '/manage/o/Weather', 'sun'],
    ['more', null, 'Winds', '/manage/o/Wind', null],
  ])
})

test('a server without a menu has all of them at the end, by the titles of their lists', () => {
  assert.deepEqual(otherObjects(new Model(schema([]))).map(({ group, label }) => `${group} ${label}`), ['more All the weather', 'more Winds'])
})

test('what has the same heading stands together', () => {
  const entries = ['a', null, 'b', 'a', null].map((heading, at) => ({ heading, at }))
  assert.deepEqual(byHeading(entries).map(([heading, inside]) => [heading, inside.map(({ at }) => at)]), [['a', [0, 3]], [null, [1, 4]], ['b', [2]]])
})
