import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { matching, matchOf } from './match.ts'

suite('what is typed into the palette', () => {
  test('fits when every word of it occurs, without case and accents', () => {
    assert.equal(matchOf('Failed tasks', 'TASK fail') === null, false)
    assert.equal(matchOf('Zeitpläne', 'zeitplane'), 0)
    assert.equal(matchOf('Failed tasks', 'task role'), null)
    assert.equal(matchOf('anything', '  '), 0)
  })

  test('puts beginnings before middles', () => {
    const names = ['Console logins', 'Trace', 'ada@localhost', 'Failed tasks', 'Locale', 'Task manager']
    assert.deepEqual(matching(names, 'task', each => each), ['Task manager', 'Failed tasks'])
    assert.deepEqual(matching(names, 'lo', each => each), ['Locale', 'Console logins', 'ada@localhost'])
  })
})
