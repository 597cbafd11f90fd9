import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildProgram } from './program.ts'

const commandsFor = async (...words: readonly string[]) =>
  (await buildProgram(() => Promise.resolve(), words)).commands.map(command => command.name())

test('only the command that is called is there, wherever options stand', async () => {
  assert.deepEqual(await commandsFor('get', 'task', 'x'), ['get'])
  assert.deepEqual(await commandsFor('--url', 'query', '--json', 'task', 'retry', '--where', 'a=b'), ['task'])
  assert.deepEqual(await commandsFor('describe', '--help'), ['describe'])
})

test('every command is there for help, for completion, and to say which one was meant', async () => {
  const all = await commandsFor()
  assert.ok(['serve', 'get', 'apply', 'task', 'cluster', '__complete'].every(name => all.includes(name)))
  for (const words of [['--help'], ['help', 'get'], ['__complete', '--', 'get'], ['gett', 'task'], ['--jsn', 'get'], ['toString']]) {
    assert.deepEqual(await commandsFor(...words), all, words.join(' '))
  }
})
