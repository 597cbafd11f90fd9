/** `rota snapshot [types…]`: the objects of a server as a plan that `rota apply` can put back, here or elsewhere. */
import { open, rename, rm } from 'node:fs/promises'
import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT, usage } from '../failure.ts'
import type { Capture } from '../plan/capture.ts'
import { capture } from '../plan/capture.ts'
import { readAll } from '../plan/read-all.ts'
import { selectObjects } from '../plan/selection.ts'
import type { Invocation, Perform } from '../remote.ts'
import { collect } from './collect.ts'

interface Options { readonly out?: string; readonly allowUnresolved?: readonly string[] }

const EXAMPLES = `
Examples:
  rota snapshot --out cluster.ndjson
  rota snapshot cluster-role network-listener task-manager
  rota snapshot account --allow-unresolved domain

References become #<type>-<id>, so that the plan fits a server with other ids. What the server sets by itself and
secrets are left out; a list whose entries hold secrets (credentials) is left out as a whole.`

export function addSnapshot(program: Command, perform: Perform): void {
  program.command('snapshot')
    .summary('write objects as a plan for apply')
    .description('Writes objects, one JSON line each, as a plan that `rota apply` reads. Without types: all that a '
      + 'plan can put back, which tasks and API keys are not.')
    .argument('[types...]', 'names of objects')
    .option('--out <path>', 'a file to write, whole or not at all, instead of standard output')
    .option('--allow-unresolved <type>', 'references to this type may keep the ids of this server', collect)
    .addHelpText('after', EXAMPLES)
    .action((types: string[], options: Options) => perform(to => snapshot(to, types, options)))
}

async function snapshot(to: Invocation, types: readonly string[], options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const allowed = (options.allowUnresolved ?? []).flatMap(names => names.split(',')).filter(Boolean)
  const selection = selectObjects(remote.model, types, allowed)
  const rows = new Map<ObjectEntry, JsonObject[]>()
  for (const object of selection.objects) rows.set(object, await readAll(remote, object))
  const captured = capture(remote.model, selection, rows)
  refuseTorn(captured)
  if (options.out === undefined) for (const line of captured.lines) await to.terminal.print(JSON.stringify(line))
  else await writeWhole(to, options.out, captured)
  remark(to, captured)
  return EXIT.ok
}

function refuseTorn({ missing }: Capture): void {
  if (missing.length === 0) return
  throw new CommandFailure(EXIT.refused,
    `objects changed while they were read: nothing was found for ${missing.join(', ')}`, 'run it again')
}

/** By way of a file beside it, so that an older snapshot is never half overwritten. */
async function writeWhole(to: Invocation, path: string, { lines }: Capture): Promise<void> {
  const beside = `${path}.part`
  try {
    const file = await open(beside, 'w')
    try {
      for (const line of lines) await file.write(`${JSON.stringify(line)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    if (error instanceof Error && 'syscall' in error) throw usage(`--out: ${error.message}`)
    throw error
  }
  const said = `${lines.length === 1 ? '1 object' : `${lines.length} objects`} written to ${path}`
  await to.terminal.print(to.json ? JSON.stringify({ file: path, objects: lines.length }) : said)
}

function remark({ terminal }: Invocation, { secret, nameless }: Capture): void {
  if (secret.length > 0) terminal.note(`left out because they are secret: ${secret.join(', ')}`)
  for (const name of nameless) terminal.note(`nothing tells one ${name} from another: apply creates them anew each time`)
}
