/** Tasks that any node with the duty searchIndexing can run at once, and the end of them. */
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'
import { list, type Caller } from './api-call.ts'
import { eventually } from './server.ts'

/** There is no such message: the task has nothing to do but to be run. Each number is another task. */
export function indexTask(accountId: string, number = 0): JsonObject {
  return { '@type': 'IndexDocument', accountId, documentId: String(number).padStart(13, '0'), documentType: 'email' }
}

/** The host name of the node that runs a task, once it has run for a while. */
export function nodeOf(task: JsonObject | undefined): Json | undefined {
  return isJsonObject(task?.['running']) ? task['running']['node'] : undefined
}

export async function drained(node: Caller): Promise<void> {
  await eventually(async () => (await list(node, 'Task')).length === 0, 'every task has run')
}
