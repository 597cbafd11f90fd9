import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Filter } from '../../../src/jmap-client/schema.ts'
import { chosenFilters, conditionsOf, sortOf, withFilter, withoutFilters, withSort } from './address.ts'

const FILTERS: readonly Filter[] = [
  { type: 'enum', field: 'status', enumName: 'TaskStatusType', label: 'Status' },
  { type: 'date', field: 'due', label: 'Due' },
  { type: 'integer', field: 'attempts', label: 'Attempts' },
]

suite('the address of a list', () => {
  test('holds its filters, and comes back from them', () => {
    let query = withFilter({ sort: 'due' }, 'status', 'Failed')
    query = withFilter(query, 'due', '2026-01-01T00:00:00Z..')
    assert.deepEqual(query, { sort: 'due', 'f.status': 'Failed', 'f.due': '2026-01-01T00:00:00Z..' })
    assert.deepEqual([...chosenFilters(query, FILTERS)], [['status', 'Failed'], ['due', '2026-01-01T00:00:00Z..']])
    assert.deepEqual(withFilter(query, 'status', null), { sort: 'due', 'f.due': '2026-01-01T00:00:00Z..' })
    assert.deepEqual(withoutFilters(query), { sort: 'due' })
  })

  test('leaves out what the schema does not know', () => {
    assert.equal(chosenFilters({ 'f.colour': 'red', status: 'Failed', 'f.status': '' }, FILTERS).size, 0)
  })

  test('becomes what a query asks for, over what the view always asks for', () => {
    const chosen = new Map([['status', 'Failed'], ['due', '2026-01-01T00:00:00Z..2026-02-01T00:00:00Z'], ['attempts', '3']])
    assert.deepEqual(conditionsOf(chosen, FILTERS, { accountId: 'a1' }), {
      accountId: 'a1', status: 'Failed', attempts: 3,
      dueIsGreaterThanOrEqual: '2026-01-01T00:00:00Z', dueIsLessThan: '2026-02-01T00:00:00Z',
    })
    assert.deepEqual(conditionsOf(new Map([['due', '..2026-02-01T00:00:00Z']]), FILTERS, {}), { dueIsLessThan: '2026-02-01T00:00:00Z' })
  })

  test('holds the order', () => {
    for (const sort of [{ property: 'due', isAscending: true }, { property: 'name', isAscending: false }]) assert.deepEqual(sortOf(withSort({}, sort)), sort)
    for (const query of [{}, { sort: '' }, { sort: '-' }]) assert.equal(sortOf(query), undefined)
  })
})
