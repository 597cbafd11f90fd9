/** Mail that its owner has destroyed, and that the archive keeps. */
import { update } from './api-call.ts'
import { JANE } from './jane.ts'
import { LmtpClient } from './lmtp.ts'
import type { TestServer } from './server.ts'

/** To Jane. What she destroys from now on is archived. */
export async function deliverToKeep(node: TestServer, subjects: readonly string[]): Promise<void> {
  await update(node, 'DataRetention', 'singleton', { archiveDeletedItemsFor: '30d' })
  const client = await LmtpClient.open(node.port('lmtp'))
  for (const subject of subjects) await client.deliver(JANE.name, subject, 'It stands in the reeds.')
  client.close()
}

/** As Jane does it, to all that she has. */
export async function destroyAllMail(node: TestServer, accountId: string): Promise<void> {
  await node.call([
    ['Email/query', { accountId }],
    ['Email/set', { accountId, '#destroy': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
  ], JANE)
}
