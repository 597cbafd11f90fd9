/** The report of `npm test`: a line for each step as it ends, then failures, skipped tests, notes, slow files and the sum. */
import type { Result } from './result.ts'

const slowFilesMax = 10

export function stepLine({ step, durationMs, passed, failures, skipped }: Result): string {
  const counts = [`${passed} passed`]
  if (failures.length > 0) counts.push(`${failures.length} FAILED`)
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`)
  return `${seconds(durationMs)}  ${step}  ${counts.join(', ')}`
}

export function summary(results: readonly Result[]): { readonly text: string; readonly ok: boolean } {
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failures = results.flatMap(result => result.failures)
  const skipped = results.flatMap(result => result.skipped)
  const sections = [
    section('Failed', failures.map(({ name, text }) => `${name}\n${indent(text)}\n`)),
    section('Skipped', skipped.map(({ name, reason }) => `${name}: ${reason}`)),
    section('Notes', results.flatMap(result => result.notes)),
    section('Slowest', slowest(results)),
  ]
  const total = `${passed} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
  return { text: `${sections.join('')}\n${total}`, ok: failures.length === 0 && passed > 0 }
}

function slowest(results: readonly Result[]): string[] {
  const byTime = results.toSorted((a, b) => b.durationMs - a.durationMs)
  return byTime.slice(0, slowFilesMax).map(result => `${seconds(result.durationMs)}  ${result.step}`)
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map(indent).join('\n')}\n`
}

function indent(text: string): string {
  return text.split('\n').map(line => line === '' ? '' : `  ${line}`).join('\n')
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(5)} s`
}
