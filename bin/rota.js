#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=1536
// Plain JavaScript on purpose: any recent Node can start it, and it goes on with the Node that the lock file names.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import * as module from 'node:module'
import { join } from 'node:path'
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
  keepCode()
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

/**
 * Stripped types and compiled code are kept between starts: a third of the start's time (measured). What is found there is run, so
 * the folder is one that nobody else writes: the data folder of a node, the cache folder of who gives a command. Without one, or
 * when it cannot be written, it is done without. NODE_COMPILE_CACHE goes before.
 */
function keepCode() {
  const { ROTA_DATA_DIR, XDG_CACHE_HOME, HOME } = process.env
  const cache = XDG_CACHE_HOME || (HOME ? join(HOME, '.cache') : null)
  const folders = process.argv[2] === 'serve' ? [ROTA_DATA_DIR || './data', 'code'] : [cache, 'rota', 'code']
  if (folders[0] === null) return
  const paths = folders.map((_, index) => join(...folders.slice(0, index + 1)))
  try {
    // Step by step: making all of a path at once never ends where the kernel makes the folders, as in /proc.
    for (const path of paths) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
  } catch {
    return // Read-only, full, or nowhere: a node that needs the folder says so.
  }
  module.enableCompileCache(paths.at(-1))
}
