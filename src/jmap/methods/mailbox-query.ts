/**
 * `Mailbox/query` (RFC 8621 §2.3). Clients ask for the mailbox of a role before they do anything else. The mailboxes of an
 * account are few, fixed, and next to each other, so `sortAsTree` and `filterAsTree` change nothing here.
 */
import { isJsonObject } from '../../base/json.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MethodError } from '../../registry/method.ts'
import type { Method } from '../../registry/method.ts'
import { booleanArgument, listArgument, objectArgument } from '../../registry/ops/arguments.ts'
import { MAILBOX } from '../../services/mailstore/mailstore.ts'
import type { Mailbox } from '../../services/mailstore/mailstore.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf } from './account.ts'
import type { MailEnvironment } from './account.ts'
import { CONDITIONS_MAX, DEPTH_MAX } from './email-filter.ts'
import { makeMailboxes } from './mailbox-get.ts'
import { pageOf, readPage } from './page.ts'

type Test = (mailbox: Mailbox) => boolean
type Order = (left: Mailbox, right: Mailbox) => number

export function mailboxQuery<Tx extends DomainTx>(environment: MailEnvironment<Tx>): Method {
  const { store, mailStore } = environment
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapMailboxGet')
    const filter = objectArgument(args, 'filter')
    const matches = filter === undefined ? () => true : readFilter(filter, 1)
    const order = readSort(listArgument(args, 'sort') ?? [])
    for (const name of ['sortAsTree', 'filterAsTree']) booleanArgument(args, name)
    const counting = booleanArgument(args, 'calculateTotal')
    const page = pageOf(args)
    await makeMailboxes(environment, accountId)
    return store.read(async tx => {
      const found = (await mailStore.mailboxes(tx, accountId)).filter(matches).toSorted(order)
      const { ids, position, total } = await readPage(found, found.length, page, counting)
      return {
        accountId,
        queryState: String(await tx.documents.modseq(accountId, MAILBOX)),
        canCalculateChanges: false,
        position,
        ids,
        ...(counting ? { total } : {}),
        ...(page.limitIsOurs ? { limit: page.limit } : {}),
      }
    })
  }
}

function readFilter(filter: Json, depth: number): Test {
  if (!isJsonObject(filter)) throw unsupported('A filter is an object.')
  if (depth > DEPTH_MAX) throw unsupported(`Filters may be nested ${DEPTH_MAX} deep.`)
  if (!Object.hasOwn(filter, 'operator')) {
    const tests = Object.entries(filter).map(([name, value]) => condition(name, value))
    return mailbox => tests.every(test => test(mailbox))
  }
  const inner = filter['conditions'] ?? []
  if (!Array.isArray(inner) || inner.length > CONDITIONS_MAX) throw unsupported(`conditions must be a list of up to ${CONDITIONS_MAX} filters.`)
  const tests = (inner as readonly Json[]).map(each => readFilter(each, depth + 1))
  switch (filter['operator']) {
    case 'AND': return mailbox => tests.every(test => test(mailbox))
    case 'OR': return mailbox => tests.some(test => test(mailbox))
    case 'NOT': return mailbox => !tests.some(test => test(mailbox))
    default: throw unsupported('operator must be AND, OR or NOT.')
  }
}

function condition(name: string, value: Json): Test {
  switch (name) {
    case 'parentId': {
      textOrNull(name, value)
      return () => value === null
    }
    case 'role': {
      textOrNull(name, value)
      return ({ record }) => record.role === value
    }
    case 'name': {
      if (typeof value !== 'string') throw unsupported('name must be a text.')
      const part = value.toLowerCase()
      return ({ record }) => record.name.toLowerCase().includes(part)
    }
    // Every mailbox has a role, and everybody is subscribed to all of them.
    case 'hasAnyRole':
    case 'isSubscribed': {
      if (typeof value !== 'boolean') throw unsupported(`${name} must be true or false.`)
      return () => value
    }
    default: throw unsupported(`There is no condition "${name}" here; there are parentId, name, role, hasAnyRole, isSubscribed.`)
  }
}

function textOrNull(name: string, value: Json): void {
  if (value !== null && typeof value !== 'string') throw unsupported(`${name} must be a text or null.`)
}

/** In the order of `sortOrder` unless asked otherwise; always a total order. */
function readSort(sort: readonly Json[]): Order {
  const orders = [...sort.map(comparator), bySortOrder, byId]
  return (left, right) => {
    for (const order of orders) {
      const result = order(left, right)
      if (result !== 0) return result
    }
    return 0
  }
}

function comparator(of: Json): Order {
  const { property, isAscending = true }: JsonObject = isJsonObject(of) ? of : {}
  const order = typeof property === 'string' && Object.hasOwn(ORDERS, property) ? ORDERS[property] : undefined
  if (order === undefined || typeof isAscending !== 'boolean') {
    throw new MethodError('unsupportedSort', `Mailboxes are sorted by ${Object.keys(ORDERS).join(', ')}.`)
  }
  return isAscending ? order : (left, right) => order(right, left)
}

const bySortOrder: Order = (left, right) => left.record.sortOrder - right.record.sortOrder
const byId: Order = (left, right) => left.id < right.id ? -1 : 1
const ORDERS: Readonly<Record<string, Order>> = {
  sortOrder: bySortOrder,
  name: (left, right) => left.record.name.localeCompare(right.record.name, 'en'),
  // All are at the top.
  parentId: () => 0,
}

function unsupported(description: string): MethodError {
  return new MethodError('unsupportedFilter', description)
}
