/** `Thread/get` (RFC 8621 §3.1). */
import { isId } from '../../base/ids.ts'
import type { Method } from '../../registry/method.ts'
import { THREAD } from '../../services/mailstore/mailstore.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf, getReply, idsOf, OBJECTS_MAX, pick, propertiesOf, tooLarge } from './account.ts'
import type { MailEnvironment } from './account.ts'

const PROPERTIES = ['id', 'emailIds'] as const

export function threadGet<Tx extends DomainTx>({ store, mailStore }: MailEnvironment<Tx>): Method {
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapEmailGet')
    const ids = idsOf(args)
    const properties = propertiesOf(args, 'properties', PROPERTIES, PROPERTIES)
    return store.read(async tx => {
      const wanted = ids ?? await tx.documents.list(accountId, THREAD, OBJECTS_MAX + 1)
      if (wanted.length > OBJECTS_MAX) throw tooLarge(`There are more than ${OBJECTS_MAX} threads; name their ids.`)
      const threads = await mailStore.threads(tx, accountId, wanted.filter(isId))
      const found = new Map(threads.map(thread => [thread.id, pick(properties, name => thread[name])]))
      return getReply(accountId, String(await tx.documents.modseq(accountId, THREAD)), ids, found)
    })
  }
}
