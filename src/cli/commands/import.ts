/** `rota import …`: what was configured elsewhere, as objects of this server. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { addImportRoles } from './import-roles.ts'

export function addImport(program: Command, perform: Perform): void {
  const command = program.command('import')
    .summary('take over an older configuration')
    .description('Makes objects of an older configuration.')
  addImportRoles(command, perform)
}
