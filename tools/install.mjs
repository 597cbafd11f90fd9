// Brings node_modules to what package-lock.json says, Node 26 included, and webui/dist to what the console's sources say;
// quiet and quick when it is so already.
// Plain JavaScript without imports from packages: it runs before anything is installed, on Node 20 or newer.
//
// `npm start`, `npm test`, `npm run dev` and `npm run build` call it. It installs the development packages in every case:
// a second install for `npm test` would empty node_modules under the feet of a node that `npm start` runs from the same
// folder, and the console is built with some of them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildConsole } from './console.mjs'

const NODE_MAJOR = 26
const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.rota-lock')
const ownNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const isOldNode = Number(process.versions.node.split('.')[0]) < NODE_MAJOR
const lock = readFileSync(join(root, 'package-lock.json'))
const lockHash = createHash('sha256').update(lock).digest('hex')

if (read(stamp) !== lockHash) {
  if (!installedByNpm()) install()
  if (isOldNode) requireOwnNode()
  writeFileSync(stamp, lockHash)
}
const problem = buildConsole(root, isOldNode ? ownNode : process.execPath)
if (problem !== null) fail(problem)

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Whether `npm ci` or `npm install`, called by hand, has already installed every package of this lock file. */
function installedByNpm() {
  const hidden = read(join(modules, '.package-lock.json'))
  if (hidden === '') return false
  const { '': _self, ...wanted } = JSON.parse(lock).packages
  const there = JSON.parse(hidden).packages
  return Object.entries(wanted).every(([path, entry]) => {
    const found = there[path]
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional === true
  })
}

function install() {
  console.error('rota: installing the packages of package-lock.json (once; under a minute on a usual line) …')
  // Inside `npm start` the very npm and Node that run it are used: the `node` found first in PATH may be the one that
  // this install removes and brings back.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const inNpm = npm !== undefined && node !== undefined && existsSync(node) && basename(npm).startsWith('npm')
  // engine-strict off: several packages ask for a newer Node than the one that npm runs on here; they will get it.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false', '--include=dev']
  const options = { cwd: root, stdio: ['ignore', process.stderr, process.stderr] }
  const { status, error } = inNpm
    ? spawnSync(node, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (status !== 0) {
    fail(`npm ci failed${error ? `: ${error.message}` : ''}. Its message is above; when it is about the network, try again.`)
  }
}

/** The package `node` fetches its binary in an install script: a setting that forbids scripts leaves it out. */
function requireOwnNode() {
  if (!existsSync(ownNode)) {
    const script = join(dirname(dirname(ownNode)), 'installArchSpecificPackage.js')
    fail(`the package \`node\` is installed but its program is missing (${existsSync(script) ? 'install scripts are forbidden' : 'it is incomplete'}).\n`
      + 'Allow its install script and run: npm rebuild node --ignore-scripts=false\n'
      + `Or start with a Node ${NODE_MAJOR} of your own: node bin/rota.js serve`)
  }
  const { stdout, error } = spawnSync(ownNode, ['--version'], { encoding: 'utf8' })
  const version = stdout?.trim() ?? ''
  if (!version.startsWith(`v${NODE_MAJOR}.`)) {
    fail(`node_modules/node does not run as Node ${NODE_MAJOR} here (${version || error?.message || 'no answer'}).\n`
      + `Install Node ${NODE_MAJOR} for this machine from nodejs.org and start with it: node bin/rota.js serve`)
  }
}

function fail(message) {
  console.error(`rota: ${message}`)
  process.exit(1)
}
