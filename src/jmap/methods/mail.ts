/** The mail methods by their names on the wire. */
import type { Method } from '../../registry/method.ts'
import type { DomainTx } from '../../services/ports.ts'
import type { MailEnvironment } from './account.ts'
import { emailGet } from './email-get.ts'
import { emailImport } from './email-import.ts'
import { emailQuery } from './email-query.ts'
import { emailSet } from './email-set.ts'
import { mailboxGet } from './mailbox-get.ts'
import { mailboxQuery } from './mailbox-query.ts'
import { threadGet } from './thread-get.ts'

export function mailMethods<Tx extends DomainTx>(environment: MailEnvironment<Tx>): ReadonlyMap<string, Method> {
  return new Map([
    ['Email/get', emailGet(environment)],
    ['Email/import', emailImport(environment)],
    ['Email/query', emailQuery(environment)],
    ['Email/set', emailSet(environment)],
    ['Mailbox/get', mailboxGet(environment)],
    ['Mailbox/query', mailboxQuery(environment)],
    ['Thread/get', threadGet(environment)],
  ])
}
