import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../../src/base/json.ts'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { setError } from '../../../src/jmap-client/set-error.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { draftKey, readDraft, withoutSecrets, writeDraft } from './draft.ts'
import { check, refusalOf } from './problems.ts'

const model = new Model(parseSchema(API_SCHEMA))
const MANAGER: JsonObject = { maxAttempts: 3, strategy: { '@type': 'FixedDelay', delay: 5 }, totalDeadline: 60_000 }
const ACCOUNT: JsonObject = { '@type': 'User', name: 'ada', aliases: { 0: { name: 'al', enabled: true }, 4: { enabled: true } }, secret: 'open sesame' }

const found = (object: string, value: JsonObject, isNew = true) => Object.fromEntries(check(model, object, value, isNew))

suite('what the schema declares', () => {
  test('is checked where it stands', () => {
    assert.deepEqual(found('TaskManager', MANAGER), {})
    assert.deepEqual(found('TaskManager', { ...MANAGER, maxAttempts: 0, totalDeadline: 'soon', strategy: { '@type': 'FixedDelay', delay: 1.5 } }), {
      maxAttempts: { kind: 'min', limit: 1 }, totalDeadline: { kind: 'duration' }, 'strategy/delay': { kind: 'integer' },
    })
    assert.deepEqual(found('NetworkListener', { name: 'smtp', protocol: 'smtp', bind: { a: true }, maxMessage: Number('9007199254740993') }), {
      maxMessage: { kind: 'max', limit: Number.MAX_SAFE_INTEGER },
    })
    assert.deepEqual(found('NetworkListener', { name: 'x'.repeat(65), protocol: 'smtp', bind: {}, maxMessage: 'big' }), {
      name: { kind: 'maxLength', limit: 64 }, bind: { kind: 'minItems', limit: 1 }, maxMessage: { kind: 'size' },
    })
  })

  test('is needed, inside of lists too; what has a default, may be empty or is fixed is not', () => {
    assert.deepEqual(found('Account', ACCOUNT), { 'aliases/4/name': { kind: 'needed' } })
    assert.deepEqual(Object.keys(found('NetworkListener', {})), ['name', 'bind', 'maxMessage'])
    assert.deepEqual(Object.keys(found('NetworkListener', {}, false)), ['bind', 'maxMessage'])
  })
})

suite('a refusal', () => {
  const refused = (object: string, value: JsonObject, error: JsonObject) => {
    const { at, rest } = refusalOf(model, object, value, setError(error))
    return { at: Object.fromEntries(at), rest }
  }

  test('stands at the paths that the server names', () => {
    const said = 'totalDeadline must be at least 1 s.'
    assert.deepEqual(refused('TaskManager', MANAGER, { type: 'invalidPatch', description: said, properties: ['totalDeadline', 'strategy/delay'] }), {
      at: { totalDeadline: { kind: 'said', text: said }, 'strategy/delay': { kind: 'said', text: said } }, rest: [],
    })
  })

  test('finds the field of a bare name, outer ones first, into lists', () => {
    const one = (property: string) => ({ type: 'validationFailed', validationErrors: [{ type: 'MinValue', property, required: 5 }] })
    assert.deepEqual(refused('TaskManager', MANAGER, one('delay')).at, { 'strategy/delay': { kind: 'min', limit: 5 } })
    assert.deepEqual(refused('Account', ACCOUNT, one('name')).at, { name: { kind: 'min', limit: 5 } })
    assert.deepEqual(refused('Account', ACCOUNT, one('enabled')).at, { 'aliases/0/enabled': { kind: 'min', limit: 5 } })
  })

  test('takes the path for the place, when both are there', () => {
    const error = { type: 'validationFailed', description: 'no', properties: ['aliases/4/name'], validationErrors: [{ type: 'Required', property: 'name' }] }
    assert.deepEqual(refused('Account', ACCOUNT, error), { at: { 'aliases/4/name': { kind: 'needed' } }, rest: [] })
  })

  test('of a member stands at the innermost place that the form shows, in the words of the server', () => {
    const said = (text: string) => ({ kind: 'said', text })
    assert.deepEqual(refused('NetworkListener', { bind: { nowhere: true } }, { type: 'invalidProperties', description: 'bind: nowhere is no address', properties: ['bind/nowhere'] }),
      { at: { bind: said('bind: nowhere is no address') }, rest: [] })
    const limits = { type: 'MaxValue', property: 'maxDiskQuota', required: 9, value: 10 }
    assert.deepEqual(refused('Account', { ...ACCOUNT, quotas: { maxDiskQuota: 10 } }, { type: 'validationFailed', description: null, properties: ['quotas/maxDiskQuota'], validationErrors: [limits] }),
      { at: { 'quotas/maxDiskQuota': { kind: 'max', limit: 9 } }, rest: [] })
    assert.deepEqual(refused('Account', { ...ACCOUNT, quotas: {} }, { type: 'validationFailed', description: null, properties: ['quotas/maxDiskQuota'], validationErrors: [{ ...limits, property: 'x' }] }).at, {})
    assert.deepEqual(refused('Account', ACCOUNT, { type: 'invalidProperties', description: 'gone', properties: ['aliases/99/name'] }).at, { aliases: said('gone') })
    assert.deepEqual(refused('Account', ACCOUNT, { type: 'invalidProperties', description: 'odd', properties: ['aliases/4/moon/phase'] }).at, { 'aliases/4': said('odd') })
  })

  test('belongs to the form as a whole when it names nothing that is there', () => {
    assert.deepEqual(refused('TaskManager', MANAGER, { type: 'forbidden', description: 'You may not.', properties: ['moon'] }), { at: {}, rest: ['You may not.'] })
  })
})

suite('a draft', () => {
  const stored = new Map<string, string>()
  const store = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => { stored.set(key, value) },
    removeItem: (key: string) => { stored.delete(key) },
  }

  test('is kept without its secrets', () => {
    writeDraft(store, 'k', withoutSecrets(model, 'Account', ACCOUNT))
    assert.doesNotMatch(stored.get('k') ?? '', /sesame/)
    const { secret: _, ...rest } = ACCOUNT
    assert.deepEqual(readDraft(store, 'k'), rest)
    writeDraft(store, 'k', null)
    assert.equal(readDraft(store, 'k'), null)
  })

  test('is kept without what the schema does not know: it may be the secret of another variant', () => {
    assert.deepEqual(withoutSecrets(model, 'Account', { '@type': 'User', name: 'ada', other: 'open sesame' }), { '@type': 'User', name: 'ada' })
    assert.deepEqual(withoutSecrets(model, 'Account', { '@type': 'Nobody', secret: 'open sesame' }), { '@type': 'Nobody' })
  })

  test('is of one user: the next one of the same tab is not shown it', () => {
    assert.notEqual(draftKey('ada', 'Account', null, null), draftKey('bob', 'Account', null, null))
  })

  test('is none when it cannot be read, or is too long to keep', () => {
    stored.set('k', '{')
    assert.equal(readDraft(store, 'k'), null)
    writeDraft(store, 'k', { text: 'x'.repeat(300_000) })
    assert.equal(stored.has('k'), false)
  })
})
