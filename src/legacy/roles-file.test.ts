import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRolesFile, ROLE_KEYS, RolesFileError } from './roles-file.ts'

const roles = (text: string) => Object.fromEntries(parseRolesFile(text).roles)
function problems(text: string): readonly string[] {
  try {
    parseRolesFile(text)
  } catch (error) {
    assert.ok(error instanceof RolesFileError, String(error))
    return error.problems
  }
  return assert.fail('accepted')
}

describe('the older roles file', () => {
  it('reads every key, and what is not there is missing', () => {
    for (const { key } of ROLE_KEYS) {
      assert.deepEqual(roles(`[cluster.roles]\n${key} = ["1,4", "2 , 3"]`), { [key]: [[1, 4], [2, 3]] })
    }
    assert.deepEqual(roles('[cluster]\nnode-id = 2'), {})
  })

  it('reads a string as one shard', () => {
    assert.deepEqual(roles('[cluster.roles.acme]\nrenew = "5, 6"'), { 'acme.renew': [[5, 6]] })
  })

  it('reads a key directly, and in a table of its own name', () => {
    const wanted = { 'push-notifications': [[1, 2], [3]] }
    assert.deepEqual(roles('[cluster.roles]\npush-notifications = ["1,2", "3"]'), wanted)
    assert.deepEqual(roles('[cluster.roles.push-notifications]\npush-notifications = ["1,2", "3"]'), wanted)
    assert.deepEqual(roles('cluster.roles."push-notifications" = ["1,2", "3"]'), wanted)
    assert.deepEqual(roles('[cluster]\nroles = { push-notifications = ["1,2", "3"] }'), wanted)
  })

  it('leaves a node in the first shard that names it', () => {
    assert.deepEqual(roles('[cluster.roles]\nfts-indexing = ["1,2,1", "2,3"]'), { 'fts-indexing': [[1, 2], [3]] })
  })

  it('reads the node id as a number or as text', () => {
    for (const value of ['7', '"7"']) assert.equal(parseRolesFile(`[cluster]\nnode-id = ${value}`).nodeId, 7)
    assert.equal(parseRolesFile('').nodeId, null)
  })

  it('tells what it does not read', () => {
    assert.deepEqual(parseRolesFile('[store]\na = 1\n[cluster]\nnode-id = 1\ncoordinator = "x"').ignored, ['store', 'cluster.coordinator'])
  })

  it('tells each mistake with its line and key', () => {
    const text = `[cluster]
node-id = 0

[cluster.roles]
fts-indexing = ["1,x"]   # comment
spam-training = 4
calendar-alerts = []
imip-processing = ["1,,2"]

[cluster.roles.purge]
blobs = ["1"]
stores = ["99999"]
[cluster.roles.push-notifications]
push = ["1"]
`
    const found = problems(text)
    const starts = ['line 2: cluster.node-id is 0', 'line 5: cluster.roles.fts-indexing has "1,x"', 'line 6: cluster.roles.spam-training has 4',
      'line 7: cluster.roles.calendar-alerts is an empty list', 'line 8: cluster.roles.imip-processing has "1,,2"',
      'line 11: cluster.roles.purge.blobs is no role', 'line 12: cluster.roles.purge.stores has "99999"',
      'line 14: cluster.roles.push-notifications.push is no role']
    assert.equal(found.length, starts.length, found.join('\n'))
    for (const [index, start] of starts.entries()) assert.ok(found[index]?.startsWith(start), `${found[index]} ⇎ ${start}`)
  })

  it('tells where the file is no TOML', () => {
    assert.match(problems('[cluster]\nnode-id = = 2').join(), /^line 2: /)
    assert.deepEqual(problems('cluster = 5'), ['line 1: cluster must be a table'])
    assert.deepEqual(problems('[cluster]\nroles = "all"'), ['line 2: cluster.roles must be a table'])
  })
})
