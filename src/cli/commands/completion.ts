/** `rota completion <shell>` prints a script; `rota __complete` answers it. */
import type { Command } from 'commander'
import { Argument } from 'commander'
import { TIMEOUT_DEFAULT_MS } from '../../jmap-client/transport.ts'
import { complete } from '../complete/candidates.ts'
import { findSchema } from '../complete/schema-source.ts'
import type { Shell } from '../complete/scripts.ts'
import { SCRIPTS, SHELLS } from '../complete/scripts.ts'
import { splitLine } from '../complete/words.ts'
import type { ConnectionOptions } from '../connection.ts'
import { EXIT } from '../failure.ts'
import { printable } from '../output/cell.ts'
import type { Perform } from '../remote.ts'
import type { Terminal } from '../terminal.ts'

interface Asked { readonly line?: string; readonly breaks?: string }

const FILES = ':files'
const HELP = `
To have it in every session:
  bash   echo 'source <(rota completion bash)' >> ~/.bashrc
  zsh    echo 'source <(rota completion zsh)' >> ~/.zshrc         (after compinit)
  fish   rota completion fish > ~/.config/fish/completions/rota.fish

Names and values come from the schema of the server that the command line is for; it is kept for some minutes
in ~/.cache/rota. Without a server there are still commands and options.`

export function addCompletion(program: Command, perform: Perform): void {
  program.command('completion')
    .summary('print a script that completes commands')
    .description('Prints a script for a shell, which then completes commands, options, names and values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => perform(async ({ terminal, json }) => {
      const script = SCRIPTS[shell]
      await terminal.print(json ? JSON.stringify({ shell, script }) : script.trimEnd())
      return EXIT.ok
    }))
  program.command('__complete', { hidden: true })
    .argument('[words...]', 'the words so far, after --')
    .option('--line <text>', 'the line so far, instead of words')
    .option('--breaks <characters>', 'where the shell breaks words inside of a line')
    .action((words: string[], asked: Asked) => perform(async ({ terminal }) => {
      const lines = await answer(program, words, asked, terminal)
      if (lines.length > 0) await terminal.print(lines.join('\n'))
      return EXIT.ok
    }))
}

/** One candidate a line; what it is stands after a tab, but for a shell that gives its line and shows nothing. */
async function answer(program: Command, given: readonly string[], asked: Asked, terminal: Terminal): Promise<string[]> {
  const typed = asked.line === undefined ? null : splitLine(asked.line)
  const words = typed?.words ?? given
  const model = await findSchema(connectionIn(words), terminal).catch(() => null)
  const completion = complete(program, words, model)
  if (completion.kind === 'files') return [FILES]
  if (typed === null) {
    return completion.candidates.map(({ value, about }) => about === '' ? value : `${value}\t${printable(about)}`)
  }
  const broken = typed.quoted ? 0 : brokenAt(words.at(-1) ?? '', asked.breaks ?? '')
  return completion.candidates.map(({ value }) => value.slice(broken))
}

/** Where the part of the word begins that the shell takes for the word. */
function brokenAt(word: string, breaks: string): number {
  return Math.max(...['=', ':'].filter(character => breaks.includes(character)).map(character => word.lastIndexOf(character)), -1) + 1
}

/** The server that the command is for, as far as it has been typed. */
function connectionIn(words: readonly string[]): ConnectionOptions {
  const options = new Map<string, string>()
  for (const [index, word] of words.entries()) {
    const [, name = '', value] = /^--(url|user|password|token)(?:=(.*))?$/s.exec(word) ?? []
    const given = value ?? words[index + 1]
    if (name !== '' && given !== undefined) options.set(name, given)
  }
  return { timeout: `${TIMEOUT_DEFAULT_MS}ms`, ...Object.fromEntries(options) }
}
