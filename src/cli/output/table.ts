/** Plain columns, two spaces apart: easy to read, and to cut by a script that should have used --json. */
import Table from 'cli-table3'
import type { Terminal } from '../terminal.ts'
import { EMPTY_CELL } from './cell.ts'

type Rows = readonly (readonly string[])[]

const CELL_WIDTH_MAX = 60
const NO_LINES = {
  'top': '', 'top-mid': '', 'top-left': '', 'top-right': '',
  'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left': '', 'left-mid': '', 'mid': '', 'mid-mid': '', 'right': '', 'right-mid': '', 'middle': '  ',
}

/** A head and rows. */
export function tableText(terminal: Terminal, head: readonly string[], rows: Rows): string {
  const cells = rows.map(row => row.map(cell => shade(terminal, cell)))
  return render([head.map(title => terminal.style('bold', title.toUpperCase())), ...cells])
}

/** Names and values. */
export function pairsText(terminal: Terminal, pairs: readonly (readonly [string, string])[]): string {
  return render(pairs.map(([name, value]) => [terminal.style('bold', name), shade(terminal, value)]))
}

function render(rows: Rows): string {
  const style = { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 }
  const table = new Table({ chars: NO_LINES, style })
  table.push(...rows.map(row => [...row]))
  return table.toString().split('\n').map(line => line.trimEnd()).join('\n')
}

/** Cut to a width at which several columns fit on a screen. */
export function shorten(text: string): string {
  const characters = [...text]
  return characters.length > CELL_WIDTH_MAX ? `${characters.slice(0, CELL_WIDTH_MAX - 1).join('')}…` : text
}

const RED = new Set(['Failed', 'error', 'stale'])
const YELLOW = new Set(['Retry', 'warning', 'draining'])

/** Colours of the words that matter most in a list of tasks or nodes. */
export function shade(terminal: Terminal, text: string): string {
  if (RED.has(text)) return terminal.style('red', text)
  if (YELLOW.has(text)) return terminal.style('yellow', text)
  return text === EMPTY_CELL ? terminal.style('dim', text) : text
}
