/**
 * The search index on a GIN index over tsvectors, with statements of PostgreSQL's own. The tokens
 * (search-terms.ts) go in as they are, by array_to_tsvector, and a query is a tsquery as text: no dictionary,
 * no positions, no recheck.
 *
 * `materialized` makes the index answer first. Left alone, the planner walks the account's documents instead
 * before it has statistics, and for words it has not counted: 50 ms instead of 1 for a rare word among 20,000
 * documents. The price is that a word that is in all of those takes 25 ms, for its matches come without an
 * order.
 *
 * A document whose tokens are as they were is not written: most of an index that is made again is right, and its new
 * versions would cost the index more than the words of new mail.
 */
import { sql } from 'kysely'
import { assertNever } from '../../base/assert.ts'
import type { BlobOwner, SearchTable } from '../../services/ports.ts'
import { scopeToken, tokensOf, tokenTree } from '../search-terms.ts'
import type { TokenTree } from '../search-terms.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from '../sql/context.ts'

export function postgresSearch({ db }: SqlContext): SearchTable {
  return {
    async put(documents) {
      const rows = inOrder(documents)
      if (rows.length === 0) return
      const { accounts, collections, ids } = columnsOf(rows)
      const tokens = rows.map(row => tokensOf(row).join(' '))
      await sql`insert into search_document (account_id, collection, id, tokens)
        select account_id, collection, id, array_to_tsvector(string_to_array(tokens, ' '))
        from unnest(
          ${accounts}::text[], ${collections}::text[], ${ids}::text[], ${tokens}::text[]
        ) as given (account_id, collection, id, tokens)
        on conflict (account_id, collection, id) do update set tokens = excluded.tokens
        where search_document.tokens <> excluded.tokens`.execute(db)
    },

    async remove(owners) {
      const { accounts, collections, ids } = columnsOf(inOrder(owners))
      await sql`delete from search_document where (account_id, collection, id) in (
        select * from unnest(${accounts}::text[], ${collections}::text[], ${ids}::text[]))`.execute(db)
    },

    async query(accountId, collection, expression, limit, afterId) {
      const tree = tokenTree(expression)
      if (tree === false) return []
      const scope = quote(scopeToken(accountId, collection))
      const match = tree === true ? scope : `${scope} & ${render(tree)}`
      const after = afterId === undefined ? sql`` : sql`and id < ${storableText(afterId)}`
      const { rows } = await sql<{ id: string }>`
        with found as materialized (
          select account_id, collection, id from search_document where tokens @@ ${match}::tsquery)
        select id from found where account_id = ${accountId} and collection = ${collection} ${after}
        order by id desc limit ${limit}`.execute(db)
      return rows.map(row => row.id)
    },

    async has({ accountId, collection, id }) {
      const { rows } = await sql`select 1 from search_document where account_id = ${accountId}
        and collection = ${collection} and id = ${storableText(id)}`.execute(db)
      return rows.length > 0
    },

    async purge(accountId, limit) {
      const { numAffectedRows } = await sql`delete from search_document where (account_id, collection, id) in (
        select account_id, collection, id from search_document where account_id = ${accountId} limit ${limit})`.execute(db)
      return Number(numAffectedRows ?? 0)
    },
  }
}

/**
 * One of each, the last given; rows are locked in this order, so that two batches never wait for each other.
 */
function inOrder<Owner extends BlobOwner>(owners: readonly Owner[]): Owner[] {
  const keyOf = ({ accountId, collection, id }: Owner) => JSON.stringify([accountId, collection, id])
  const byKey = new Map(owners.map(owner => [keyOf(owner), owner]))
  return [...byKey].toSorted(([left], [right]) => left < right ? -1 : 1).map(([, owner]) => owner)
}

function columnsOf(owners: readonly BlobOwner[]) {
  return {
    accounts: owners.map(owner => owner.accountId),
    collections: owners.map(owner => owner.collection),
    ids: owners.map(owner => storableText(owner.id)),
  }
}

function render(tree: TokenTree): string {
  switch (tree.kind) {
    case 'token': return quote(tree.token)
    case 'and':
    case 'or': return `( ${tree.parts.map(render).join(tree.kind === 'and' ? ' & ' : ' | ')} )`
    case 'not': return `!${render(tree.part)}`
    default: return assertNever(tree)
  }
}

function quote(token: string): string {
  return `'${token.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
