/** `rota update <object> [ids…]`: the same change to one or more objects, or to all that meet conditions; singletons need no id. */
import type { Command } from 'commander'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { updatePatch } from '../input/body.ts'
import { findPlain } from '../input/names.ts'
import type { BodyOptions } from '../input/source.ts'
import { readBody } from '../input/source.ts'
import { parseFilter } from '../input/where.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'
import { wantedIds } from './get.ts'
import { printOutcomes } from './outcomes.ts'

interface Options extends BodyOptions { readonly field?: readonly string[]; readonly where?: readonly string[]; readonly dryRun?: boolean }

export function addUpdate(program: Command, perform: Perform): void {
  program.command('update')
    .summary('change fields of objects')
    .description('Changes the given fields and leaves the others. A singleton such as task-manager needs no id.')
    .argument('<object>', 'name of the object')
    .argument('[ids...]', 'ids of the objects')
    .option('--where <condition>', 'instead of ids: all objects that meet it; may be given several times, as with `rota query`', collect)
    .option('--dry-run', 'only says how many objects would be changed')
    .option('--field <name=value>', 'sets a field, or a part as in status/due=+10m; may be given several times', collect)
    .option('--file <path>', 'a JSON object with the fields')
    .option('--stdin', 'reads that JSON object from standard input')
    .addHelpText('after', examples(
      'rota update task-manager --field maxAttempts=5 --field strategy=FixedDelay --field strategy/delay=5m',
      'rota update network-listener 03f1q29ce0200 --field bind/[::]:25=true',
      'rota update archived-item --where accountId=03f1tv4as0200 --where \'archivedAt>2026-11-01T00:00:00Z\' --field status=requestRestore',
      'rota get domain 03f1q2c520200 --json | rota update domain 03f1q2c520200 --stdin --field description=Old',
    ))
    .action((name: string, ids: string[], options: Options) => perform(to => update(to, name, ids, options)))
}

async function update(to: Invocation, name: string, given: readonly string[], options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const object = findPlain(remote.model, name)
  const nowMs = to.terminal.clock.now()
  const ids = await chosenIds(remote, object, given, options.where ?? [], nowMs)
  const body = await readBody(to.terminal, options)
  const patch = updatePatch({ model: remote.model, object, fields: options.field ?? [], body, nowMs })
  if (Object.keys(patch).length === 0) {
    throw usage('nothing to change', 'give --field name=value, --file or --stdin')
  }
  if (options.dryRun) {
    const text = `${ids.length} would be changed; nothing was changed`
    await to.terminal.print(to.json ? JSON.stringify({ dryRun: true, count: ids.length }) : text)
    return EXIT.ok
  }
  if (ids.length === 0) to.terminal.note(`no ${remote.model.list(object.name)?.pluralName ?? object.name} found; nothing was changed`)
  const outcomes = remote.client.update(object.wire, new Map(ids.map(id => [id, patch])))
  return printOutcomes(to, remote, object, { done: 'Updated', json: 'updated' }, outcomes)
}

/** All are known before anything is changed: a change may move an object out of the conditions. */
async function chosenIds(
  remote: Remote, object: ObjectEntry, given: readonly string[], where: readonly string[], nowMs: number,
): Promise<readonly string[]> {
  if (where.length === 0) return wantedIds(object, given)
  if (given.length > 0) throw usage('ids and --where exclude each other', 'give one of them')
  if (object.kind === 'singleton') throw usage(`there is only one ${object.name}`, 'leave --where out')
  const filter = parseFilter(remote.model, object, where, nowMs)
  const ids: string[] = []
  for await (const { rows } of remote.client.pages(object.wire, { filter, properties: ['id'] })) ids.push(...rows.map(row => String(row['id'])))
  return ids
}
