// Brings webui/dist, the web console that nodes serve, to what its sources say; quiet and quick when it is so already.
// Plain JavaScript without imports from packages, called by tools/install.mjs once node_modules is right.
//
// The output holds the hash of what it was built from, so that folder and stamp cannot disagree. A build goes into a
// folder of its own and takes the place of the old one by renaming: of two builds at once, either may come last, and a
// build that fails or is killed leaves the console as it was.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

const BUILD_MS_MAX = 120_000
const SWAPS_MAX = 20
/** What a build reads: the console's workspace, and what it imports from the rest of the repository. */
const SOURCES = ['package-lock.json', 'webui', 'src/jmap-client', 'src/base']
const NOT_BUILT = /(^|\/)(node_modules|dist|dist-\d+(-old)?)$|\.test\.tsx?$|\.md$/

/**
 * Builds with the given `node` when the sources ask for it. Returns null when the console is as it should be, else what
 * went wrong. A folder without the console's sources serves the output that it came with.
 */
export function buildConsole(root, node) {
  const webui = join(root, 'webui')
  if (!existsSync(join(webui, 'index.html'))) return null
  const wanted = hashOf(root)
  if (builtFrom(webui) === wanted) return null
  const startedMs = performance.now()
  removeLeftovers(webui)
  const output = join(webui, `dist-${process.pid}`)
  try {
    const problem = runVite(root, webui, node, output)
    if (problem !== null) return problem
    writeFileSync(join(output, '.sources'), wanted)
    swap(webui, output, wanted)
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
  console.error(`rota: built the web console in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`)
  return null
}

/** Of every path and content; dates do not count, so that a fresh checkout of the same sources builds nothing. */
function hashOf(root) {
  const hash = createHash('sha256')
  const read = path => {
    if (NOT_BUILT.test(path)) return
    const full = join(root, path)
    let names
    try {
      names = readdirSync(full).sort()
    } catch (error) {
      if (error.code !== 'ENOTDIR') throw error
      hash.update(`${path}\0`).update(createHash('sha256').update(readFileSync(full)).digest())
      return
    }
    for (const name of names) read(`${path}/${name}`)
  }
  for (const path of SOURCES) if (existsSync(join(root, path))) read(path)
  return hash.digest('hex')
}

function builtFrom(webui) {
  const stamp = join(webui, 'dist', '.sources')
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
}

function runVite(root, webui, node, output) {
  const args = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--outDir', output, '--emptyOutDir', '--logLevel', 'warn']
  const options = { cwd: webui, encoding: 'utf8', timeout: BUILD_MS_MAX, env: { ...process.env, NODE_ENV: 'production' } }
  const { status, error, stdout, stderr } = spawnSync(node, args, options)
  if (status === 0) return null
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim()
  return `the web console could not be built${error ? `: ${error.message}` : ''}. Its sources are in webui/; this is what vite says:\n${said}`
}

/** Puts the output in the place of webui/dist. Another build may do the same at the same moment: the place is taken again. */
function swap(webui, output, wanted) {
  const dist = join(webui, 'dist')
  const old = `${output}-old`
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(dist)) renameSync(dist, old)
      renameSync(output, dist)
      break
    } catch (error) {
      if (builtFrom(webui) === wanted) break
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code) || attempt === SWAPS_MAX) throw error
    } finally {
      rmSync(old, { recursive: true, force: true })
    }
  }
}

/** Outputs of builds that were killed. */
function removeLeftovers(webui) {
  for (const name of readdirSync(webui)) {
    const pid = /^dist-(\d+)(-old)?$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(webui, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
