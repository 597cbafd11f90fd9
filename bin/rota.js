#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=1536
// Plain JavaScript on purpose: any recent Node can start it, and it goes on with the Node that the lock file names.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'

const MAJOR_MIN = 26
/**
 * MiB of young objects and of old ones, as in the first line and in `npm start`. A node that indexes has some 60 MiB of them alive,
 * and by itself V8 lets the garbage grow until it holds 330 to 400 MiB: it takes what it may have of a large machine's memory for
 * the size of the program, and below 2 GiB it collects sooner.
 */
const MEMORY = ['--max-semi-space-size=8', '--max-old-space-size=1536']
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= MAJOR_MIN) {
  // Stripped types and compiled code are kept between starts: a third of the start time (measured).
  module.enableCompileCache?.()
  await import(main)
} else if (existsSync(own)) {
  const child = spawn(own, [...MEMORY, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C on a terminal reaches the child by itself: passed on, it would be a second one, which does not wait for what runs.
  const byTerminal = [0, 1, 2].some(file => isatty(file)) ? 'SIGINT' : null
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (signal !== byTerminal) child.kill(signal) })
  child.on('exit', (code, signal) => { process.exitCode = code ?? (signal ? 1 : 0) })
} else {
  console.error('rota needs Node 26, which `npm install` brings into node_modules. Run that first.')
  process.exitCode = 1
}
