/** docs/reference/cli.md: the help of every command, as the program itself prints it. */
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program.ts'
import { fence, page } from './markdown.ts'

export async function cliPage(): Promise<string> {
  const program = await buildProgram(() => Promise.resolve())
  return page('Command line', 'the commands of `src/cli`', ...sections(program, []))
}

function sections(command: Command, path: readonly string[]): string[] {
  const own = [...path, command.name()]
  return [`## ${own.join(' ')}`, fence(helpOf(command)), ...command.commands.flatMap(each => sections(each, own))]
}

/** With the texts around it, which `helpInformation()` leaves out. */
function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: part => { text += part }, getOutHasColors: () => false, getOutHelpWidth: () => 100 })
  command.outputHelp()
  return text
}
