/**
 * `npm run dev`: three nodes with three roles on one PostgreSQL, and who of them holds what, until Ctrl-C. Kill one and see
 * the others take over.
 *
 * Order: database → one node without a role, which makes the roles through the API → the three → the table. Whatever
 * ends it (Ctrl-C, an error, no node left), the nodes end one after the other, then the database. A second Ctrl-C hurries.
 */
import { join, relative } from 'node:path'
import { assert } from '../../src/base/assert.ts'
import { processSurroundings, Terminal } from '../../src/cli/terminal.ts'
import { errorText } from '../../src/errors.ts'
import { openDatabase, type Database } from './database.ts'
import { DevNode } from './dev-node.ts'
import { Live } from './live.ts'
import { LoginFile } from './login-file.ts'
import { createRoles, ROLES } from './roles.ts'

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const folder = process.env['ROTA_DATA_DIR'] || 'data'
const terminal = new Terminal(processSurroundings())
const end = new AbortController()
const nodes: DevNode[] = []

for (const signal of END_SIGNALS) process.on(signal, askToEnd)
await main()

async function main(): Promise<void> {
  const login = new LoginFile(folder)
  let database: Database | null = null
  try {
    terminal.complain('opening the database …')
    database = await openDatabase(process.env['DATABASE_URL'])
    end.signal.throwIfAborted()
    await show(database, login)
  } catch (error) {
    if (!end.signal.aborted) {
      terminal.complain(`rota: ${errorText(error)}`)
      process.exitCode = 1
    }
  } finally {
    await login.remove()
    await endNodes()
    await database?.stop()
  }
}

async function show(database: Database, login: LoginFile): Promise<void> {
  const admin = await prepare(database)
  terminal.complain('starting three nodes …')
  const three: DevNode[] = []
  for (const { name } of ROLES) three.push(await launch(name, name, database))
  await Promise.all(three.map(node => node.running()))
  const [first] = three
  assert(first !== undefined, 'there is no role')
  const found = await login.lead(first)
  await new Live(terminal, three, login, [
    `Three nodes on ${database.temporary ? `a PostgreSQL that ends with them: ${database.url}` : 'the PostgreSQL of DATABASE_URL'}`,
    `  Login  ${admin}`,
    `  Logs   ${relative('', join(folder, 'dev'))}/*.log`,
    found ? '  Next   in another terminal, in this folder: npx rota cluster status --watch'
      : `  Next   npx rota cluster status --watch --url <api of a node> --user admin (${join(folder, 'node.json')} is another node's)`,
    '  Ctrl-C ends all three.',
  ]).run(end.signal)
}

/** The roles, by way of a node that is the first of the three afterwards; how to log in. */
async function prepare(database: Database): Promise<string> {
  const [first] = ROLES
  assert(first !== undefined, 'there is no role')
  terminal.complain(`making the roles ${ROLES.map(({ name }) => name).join(', ')} …`)
  const node = await launch(first.name, null, database)
  await node.running()
  await createRoles(node.api)
  await node.stop()
  return node.login
}

async function launch(name: string, role: string | null, { url }: Database): Promise<DevNode> {
  const node = await DevNode.launch({ name, role, databaseUrl: url, folder: join(folder, 'dev') })
  nodes.push(node)
  end.signal.throwIfAborted()
  return node
}

async function endNodes(): Promise<void> {
  end.abort()
  for (const node of nodes.filter(each => each.end === null)) {
    const { code, signal } = await node.stop()
    await terminal.print(`${node.name} ended (${signal ?? `exit code ${code}`})`)
  }
}

function askToEnd(): void {
  if (end.signal.aborted) for (const node of nodes) if (node.end === null) void node.stop()
  end.abort()
}
