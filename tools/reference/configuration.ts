/** docs/reference/configuration.md: the environment of a node. */
import { ENVIRONMENT } from '../../src/server/env.ts'
import { code, page, table } from './markdown.ts'

export function configurationPage(): string {
  return page('Configuration of a node', '`src/server/env.ts`',
    'A node is started with these variables and nothing else; an empty one counts as unset. A wrong value stops the start '
    + 'with a message that names the variable. Everything else is an object of the [management API](objects.md), kept in the '
    + 'store and changed while the cluster runs. The variables of the command line are in [cli.md](cli.md).',
    table(['variable', 'when unset', 'meaning'], ENVIRONMENT.map(({ name, default: unset, doc }) => [code(name), unset, doc])))
}
