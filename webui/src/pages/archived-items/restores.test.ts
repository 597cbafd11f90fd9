import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedOf, restoreFor, restoreOf } from './restores.ts'

const item = (id: string, status: string) => ({ id, accountId: 'a', blobId: `b${id}`, status, subject: `Letter ${id}` })
const task = (id: string, status: object, running: object | null = null) => restoreOf({ id: `t${id}`, accountId: 'a', blobId: `b${id}`, status: { ...status }, running: running && { ...running } })

test('what is no longer archived is back; the others wait, were withdrawn, or have failed with a reason', () => {
  const items = [item('2', 'requestRestore'), item('3', 'requestRestore'), item('4', 'archived')]
  const restores = [task('2', { '@type': 'Pending' }), task('3', { '@type': 'Failed', failureReason: 'the mailbox holds 5 of 5 MB' })]
  assert.deepEqual(askedOf(['1', '2', '3', '4'], items, restores), {
    back: 1, waiting: 1, withdrawn: 1, failed: [{ id: '3', label: 'Letter 3', taskId: 't3', reason: 'the mailbox holds 5 of 5 MB' }],
  })
})

test('a task is that of an item when account and content are the same', () => {
  const restores = [task('1', { '@type': 'Retry', failureReason: 'later' })]
  assert.equal(restoreFor(item('1', 'requestRestore'), restores)?.state, 'again')
  assert.equal(restoreFor({ ...item('1', 'requestRestore'), accountId: 'b' }, restores), null)
  assert.equal(task('1', { '@type': 'Pending' }, { since: '2026-11-22T11:00:00Z' }).state, 'runs')
})
