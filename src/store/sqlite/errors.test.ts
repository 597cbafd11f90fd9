import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { hasCode, RotaError } from '../../errors.ts'
import { fromSqlite } from './errors.ts'

const sqliteError = (errcode: number): Error => Object.assign(new Error('from the driver'), { code: 'ERR_SQLITE_ERROR', errcode })

test('result codes become errors that people can act on', () => {
  const cases = [[13, 'store/full'], [4_874, 'store/full'], [10, 'store/unavailable'], [778, 'store/unavailable'],
    [5, 'store/unavailable'], [261, 'store/unavailable'], [14, 'store/unavailable']] as const
  for (const [errcode, code] of cases) assert.ok(hasCode(fromSqlite(sqliteError(errcode)), code), String(errcode))
})

test('everything else stays as it is', () => {
  const syntax = sqliteError(1)
  const own = new RotaError('mail/over-quota', 'full')
  for (const error of [syntax, own, 'text', null]) assert.equal(fromSqlite(error), error)
})

test('a key that exists is a conflict, as the driver really says it', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table t (a text primary key, b text unique); insert into t values (1, 1)')
  for (const values of ['(1, 2)', '(2, 1)']) {
    assert.throws(() => { database.exec(`insert into t values ${values}`) }, error => hasCode(fromSqlite(error), 'store/conflict'))
  }
  database.close()
})
