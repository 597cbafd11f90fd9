/** `rota get <object> [ids…]`: one or more objects with everything in them; singletons need no id. */
import type { Command } from 'commander'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT, usage } from '../failure.ts'
import { parseFields } from '../input/choice.ts'
import { findPlain } from '../input/names.ts'
import { propertiesOf } from '../input/path.ts'
import { detailPairs } from '../output/detail.ts'
import { loadLabels } from '../output/labels.ts'
import { pairsText } from '../output/table.ts'
import type { Invocation, Perform } from '../remote.ts'
import { examples } from './examples.ts'

interface Options { readonly fields?: string }

export const SINGLETON_ID = 'singleton'

export function addGet(program: Command, perform: Perform): void {
  program.command('get')
    .summary('show objects by id')
    .description('Shows objects with all their fields. A singleton such as task-manager needs no id.')
    .argument('<object>', 'name of the object, as `rota describe` lists them')
    .argument('[ids...]', 'ids of the objects')
    .option('--fields <names>', 'only these fields, separated by commas')
    .addHelpText('after', examples(
      'rota get task 03f1q2c520200',
      'rota get task-manager',
      'rota get account 03f1p6a6o0200 --fields name,aliases --json',
    ))
    .action((name: string, ids: string[], options: Options) => perform(to => get(to, name, ids, options)))
}

export async function get(to: Invocation, name: string, given: readonly string[], options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const object = findPlain(remote.model, name)
  const ids = wantedIds(object, given)
  const properties = parseFields(remote.model, object, options.fields)
  const { list, notFound } = await remote.client.get(object.wire, ids, properties)
  const fields = propertiesOf(remote.model.variants(object.name))
  const labels = to.json ? new Map<string, string>() : await loadLabels(remote, list, fields)
  const style = { brief: false, nowMs: to.terminal.clock.now(), labels }
  for (const [index, row] of list.entries()) {
    const pairs = detailPairs(remote.model, object.name, row, style)
    const text = (index > 0 ? '\n' : '') + pairsText(to.terminal, pairs)
    await to.terminal.print(to.json ? JSON.stringify(row) : text)
  }
  if (notFound.length === 0) return EXIT.ok
  throw new CommandFailure(EXIT.notFound, `there is no ${object.name} ${notFound.join(', ')}`)
}

/** Each once, in the order given. */
export function wantedIds(object: ObjectEntry, ids: readonly string[]): string[] {
  if (object.kind === 'singleton') {
    if (ids.some(id => id !== SINGLETON_ID)) throw usage(`there is only one ${object.name}`, 'leave the id out')
    return [SINGLETON_ID]
  }
  if (ids.length === 0) {
    throw usage(`which ${object.name}?`, `give its id; \`rota query ${object.name}\` lists them`)
  }
  return [...new Set(ids)]
}
