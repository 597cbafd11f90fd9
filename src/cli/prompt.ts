/**
 * Asks on the terminal: for a secret, without echo, or for a yes. The question goes to standard error, so that output can be
 * piped.
 */
import type { Terminal } from './terminal.ts'
import { CommandFailure, EXIT } from './failure.ts'

const ENTER = new Set(['\r', '\n', '\u0004'])
const ERASE = new Set(['\u007f', '\b'])
const INTERRUPT = '\u0003'
const ANSWER_LENGTH_MAX = 1024

export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  const { stdin, stderr } = terminal
  stderr.write(question)
  stdin.setRawMode?.(true)
  stdin.setEncoding('utf8')
  try {
    return await readSecret(terminal)
  } finally {
    stdin.setRawMode?.(false)
    stdin.pause()
    stderr.write('\n')
  }
}

/** Anything but a yes is a no. */
export async function askYes({ stdin, stderr }: Terminal, question: string): Promise<boolean> {
  stderr.write(question)
  stdin.setEncoding('utf8')
  const answer = await new Promise<string>(resolve => {
    let typed = ''
    const end = () => {
      stdin.off('data', take)
      stdin.off('end', end)
      resolve(typed)
    }
    const take = (chunk: string) => {
      typed = (typed + chunk).slice(0, ANSWER_LENGTH_MAX)
      if (typed.includes('\n')) end()
    }
    stdin.on('data', take)
    stdin.on('end', end)
  })
  stdin.pause()
  return /^\s*y(?:es)?\s*$/i.test(answer)
}

function readSecret({ stdin }: Terminal): Promise<string> {
  const typed: string[] = []
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      stdin.off('data', take)
      stdin.off('end', atEnd)
      settle()
    }
    const atEnd = () => { end(() => { resolve(typed.join('')) }) }
    const take = (chunk: string) => {
      for (const key of chunk) {
        if (ENTER.has(key)) return atEnd()
        if (key === INTERRUPT) return end(() => { reject(new CommandFailure(EXIT.login, 'no password given')) })
        if (ERASE.has(key)) typed.pop()
        else if (typed.length < ANSWER_LENGTH_MAX) typed.push(key)
      }
    }
    stdin.on('data', take)
    stdin.on('end', atEnd)
  })
}
