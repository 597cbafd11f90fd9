/**
 * The search index on FTS5, with statements of SQLite's own. `search_document` numbers the documents;
 * `search_tokens` holds their tokens under that number (search-terms.ts says what they are).
 *
 * The join begins at the index (`cross join` keeps the planner to it: the other way round it asked the index
 * once for each document of the account, minutes for 20,000). It looks up every match before it takes the
 * newest, 0.5 µs each.
 */
import { assertNever } from '../../base/assert.ts'
import type { BlobOwner, SearchTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import { scopeToken, tokenTree, tokensOf } from '../search-terms.ts'
import type { TokenTree } from '../search-terms.ts'
import type { SqliteContext } from './context.ts'

const NUMBER_OF = `insert into search_document (account_id, collection, id) values (?, ?, ?)
  on conflict (account_id, collection, id) do update set id = excluded.id returning number`
const INDEX = 'insert or replace into search_tokens (rowid, tokens) values (?, ?)'
const FORGET = `delete from search_document where account_id = ? and collection = ? and id = ?
  returning number`
const UNINDEX = 'delete from search_tokens where rowid = ?'
const FIND = `select document.id
  from search_tokens cross join search_document document on document.number = search_tokens.rowid
  where search_tokens match ? and document.account_id = ? and document.collection = ?`
const HAS = 'select 1 from search_document where account_id = ? and collection = ? and id = ?'

export function sqliteSearch({ connection }: SqliteContext): SearchTable {
  return {
    async put(documents) {
      for (const document of documents) {
        const number = connection.get(NUMBER_OF, ...keyOf(document))?.['number'] ?? null
        connection.run(INDEX, number, tokensOf(document).join(' '))
      }
    },

    async remove(owners) {
      for (const owner of owners) {
        const number = connection.get(FORGET, ...keyOf(owner))?.['number']
        if (number !== undefined) connection.run(UNINDEX, number)
      }
    },

    async query(accountId, collection, expression, limit, afterId) {
      const tree = tokenTree(expression)
      if (tree === false) return []
      const scope = quote(scopeToken(accountId, collection))
      const match = tree === true ? scope : `${scope} AND ${render(tree, scope)}`
      const rows = afterId === undefined
        ? connection.all(`${FIND} order by document.id desc limit ?`, match, accountId, collection, limit)
        : connection.all(`${FIND} and document.id < ? order by document.id desc limit ?`,
          match, accountId, collection, storableText(afterId), limit)
      return rows.map(row => String(row['id']))
    },

    async has(owner) {
      return connection.get(HAS, ...keyOf(owner)) !== undefined
    },
  }
}

function keyOf({ accountId, collection, id }: BlobOwner): [string, string, string] {
  return [accountId, collection, storableText(id)]
}

/** FTS5's NOT has two sides: what is left of the scope. */
function render(tree: TokenTree, scope: string): string {
  switch (tree.kind) {
    case 'token': return quote(tree.token)
    case 'and':
    case 'or': return `(${tree.parts.map(part => render(part, scope)).join(` ${tree.kind.toUpperCase()} `)})`
    case 'not': return `(${scope} NOT ${render(tree.part, scope)})`
    default: return assertNever(tree)
  }
}

function quote(token: string): string {
  return `"${token.replaceAll('"', '""')}"`
}
