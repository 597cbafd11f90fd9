/**
 * How many small requests a second does one node answer, and how much of a core does each cost it? `rota serve` itself,
 * asked by a program of its own over connections that stay open. Generator and node share the machine, so on few cores the
 * cost says more than the rate; a bare node:http server is asked in the same run for comparison.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { cpuSeconds, startNode, type NodeProcess } from './process.ts'
import type { StoreKind } from './world.ts'

const LOAD = fileURLToPath(new URL('./http-load.ts', import.meta.url))
const BARE = fileURLToPath(new URL('./http-bare.ts', import.meta.url))
const CONNECTIONS = 32
const WARM_UP_MS = 2_000
const MEASURED_MS = 4_000
const PASSWORD = 'benchmark only'

/** Requests a second, and µs of CPU (user and system, all threads) of the server for each. */
export interface Rate { readonly perSecond: number; readonly cpuMicros: number }
export interface HttpRates { readonly bare: Rate; readonly echo: Rate; readonly getByPassword: Rate; readonly getByKey: Rate }

export async function httpRates(kind: StoreKind): Promise<HttpRates> {
  const bare = await bareRate()
  const node = await startNode(kind, PASSWORD)
  try {
    const basic = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`
    const { taskId, key } = await prepare(node, basic)
    const echo: Call = ['Core/echo', { hello: true }, '0']
    const get: Call = ['x:Task/get', { ids: [taskId] }, '0']
    return {
      bare,
      echo: await rateOf(node.process, node.port, jmap(basic, echo)),
      getByPassword: await rateOf(node.process, node.port, jmap(basic, get)),
      getByKey: await rateOf(node.process, node.port, jmap(`Bearer ${key}`, get)),
    }
  } finally {
    await node.stop()
  }
}

async function bareRate(): Promise<Rate> {
  const server = spawn(process.execPath, [BARE], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(server.stdout, 'data') as [Buffer]
  try {
    return await rateOf(server, Number(line), jmap('Basic none', ['Core/echo', { hello: true }, '0']))
  } finally {
    server.kill()
    await once(server, 'exit')
  }
}

async function rateOf({ pid = 0 }: ChildProcess, port: number, request: string): Promise<Rate> {
  await load(port, request, WARM_UP_MS)
  const before = await cpuSeconds(pid)
  const answered = await load(port, request, MEASURED_MS)
  return { perSecond: answered / (MEASURED_MS / 1_000), cpuMicros: (await cpuSeconds(pid) - before) * 1e6 / answered }
}

async function load(port: number, request: string, ms: number): Promise<number> {
  const child = spawn(process.execPath, [LOAD, String(port), String(CONNECTIONS), String(ms)], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(request)
  const answered = Number(await text(child.stdout))
  if (!(answered > 0)) throw new Error('the load generator failed')
  return answered
}

type Call = readonly [string, object, string]

function jmap(authorization: string, ...calls: readonly Call[]): string {
  const body = JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: calls })
  return [
    'POST /jmap/ HTTP/1.1', 'Host: 127.0.0.1', `Authorization: ${authorization}`, 'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`, '', body,
  ].join('\r\n')
}

/** A task that waits for years, and an API key. */
async function prepare({ port }: NodeProcess, basic: string): Promise<{ taskId: string; key: string }> {
  const create = async (object: string, value: object) => {
    const reply = await fetch(`http://127.0.0.1:${port}/jmap/`, {
      method: 'POST', headers: { Authorization: basic, 'Content-Type': 'application/json' },
      body: JSON.stringify({ using: [], methodCalls: [[`x:${object}/set`, { create: { n: value } }, '0']] }),
    })
    const { methodResponses: [[, result]] } = await reply.json() as { methodResponses: [[string, { created?: { n?: Made } }]] }
    if (!result.created?.n) throw new Error(`${object} was not created: ${JSON.stringify(result)}`)
    return result.created.n
  }
  const key = await create('ApiKey', { description: 'benchmark' })
  const account = await fetch(`http://127.0.0.1:${port}/jmap/session`, { headers: { Authorization: basic } })
  const { primaryAccounts } = await account.json() as { primaryAccounts: Record<string, string> }
  const task = await create('Task', {
    '@type': 'IndexDocument', accountId: Object.values(primaryAccounts)[0], documentId: 'none', documentType: 'email',
    status: { '@type': 'Pending', due: '2099-01-01T00:00:00Z' },
  })
  return { taskId: task.id, key: key.secret ?? '' }
}
interface Made { readonly id: string; readonly secret?: string }
