/** `rota update <object> [ids…]`: the same change to one or more objects; singletons need no id. */
import type { Command } from 'commander'
import type { ExitCode } from '../failure.ts'
import { usage } from '../failure.ts'
import { updatePatch } from '../input/body.ts'
import { findPlain } from '../input/names.ts'
import type { BodyOptions } from '../input/source.ts'
import { readBody } from '../input/source.ts'
import type { Invocation, Perform } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'
import { wantedIds } from './get.ts'
import { printOutcomes } from './outcomes.ts'

interface Options extends BodyOptions { readonly field?: readonly string[] }

export function addUpdate(program: Command, perform: Perform): void {
  program.command('update')
    .summary('change fields of objects')
    .description('Changes the given fields and leaves the others. A singleton such as task-manager needs no id.')
    .argument('<object>', 'name of the object')
    .argument('[ids...]', 'ids of the objects')
    .option('--field <name=value>', 'sets a field, or a part as in status/due=+10m; may be given several times', collect)
    .option('--file <path>', 'a JSON object with the fields')
    .option('--stdin', 'reads that JSON object from standard input')
    .addHelpText('after', examples(
      'rota update task-manager --field maxAttempts=5 --field strategy=FixedDelay --field strategy/delay=5m',
      'rota update network-listener 03f1q29ce0200 --field bind/[::]:25=true',
      'rota get domain 03f1q2c520200 --json | rota update domain 03f1q2c520200 --stdin --field description=Old',
    ))
    .action((name: string, ids: string[], options: Options) => perform(to => update(to, name, ids, options)))
}

async function update(to: Invocation, name: string, given: readonly string[], options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const object = findPlain(remote.model, name)
  const ids = wantedIds(object, given)
  const body = await readBody(to.terminal, options)
  const nowMs = to.terminal.clock.now()
  const patch = updatePatch({ model: remote.model, object, fields: options.field ?? [], body, nowMs })
  if (Object.keys(patch).length === 0) {
    throw usage('nothing to change', 'give --field name=value, --file or --stdin')
  }
  const outcomes = remote.client.update(object.wire, new Map(ids.map(id => [id, patch])))
  return printOutcomes(to, remote, object, { done: 'Updated', json: 'updated' }, outcomes)
}
