/** Makes the installation where it is missing or another one, and refuses a Node that is too old. Runs before npm's scripts, on any Node from 20 on. */

'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } = require('node:fs')
const { dirname, join, relative } = require('node:path')
const { canRun, installedNode, nodePackage, refusal } = require('./node.cjs')

const root = join(__dirname, '..')
/** Where npm's scripts look for `node` first. */
const onPath = join(root, 'node_modules/.bin/node')
/** Tests, checks and benches need the development dependencies; the program does not. */
const needsDev = process.argv.includes('--dev')

if (!isInstalled())
  alone(() => {
    if (!isInstalled()) install()
  })
chooseNode()
// The scripts say `exec`, so that signals reach the program and not a shell. The shell of Windows has no such word, and no such signals.
if (process.platform === 'win32') writeFileSync(join(root, 'node_modules/.bin/exec.cmd'), '@%*\r\n')

/** Whether node_modules holds what package-lock.json lists. npm writes down what it installed, in the same form. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const found = packagesOf('node_modules/.package-lock.json')
  if (wanted === undefined || found === undefined) return found !== undefined
  delete wanted['']
  return (
    Object.keys(found).every(path => path in wanted) &&
    Object.entries(wanted).every(([path, entry]) => (path in found ? isSame(entry, found[path]) : mayBeMissing(path, entry)))
  )
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

function isSame(one, other) {
  return one.version === other.version && one.integrity === other.integrity
}

/** An optional package may be for another platform. But a Node of our own must be there if the running one is too old. */
function mayBeMissing(path, { optional, dev, devOptional }) {
  if (!needsDev && (dev || devOptional)) return true
  return optional === true && (canRun(process.versions.node) || path !== `node_modules/${nodePackage}`)
}

function install() {
  console.error('tapline: installing the dependencies that package-lock.json lists …')
  const options = ['ci', ...(needsDev ? ['--include=dev'] : []), '--include=optional', '--engine-strict=false', '--loglevel=error', '--no-audit', '--no-fund']
  const { npm_execpath: npm = '', npm_node_execpath: node = process.execPath } = process.env
  const isNpm = /npm-cli\.c?js$/.test(npm)
  const { status } = isNpm ? spawnSync(node, [npm, ...options], inRoot({})) : spawnSync('npm', options, inRoot({ shell: process.platform === 'win32' }))
  if (status !== 0) stop('the installation failed; npm says why above')
}

function inRoot(options) {
  return { ...options, cwd: root, stdio: ['inherit', 2, 2] }
}

/** Runs `work` while no other setup does: two scripts may be started at once on a fresh clone. */
function alone(work) {
  const lock = join(root, '.setup-lock')
  for (let waited = false; !take(lock); waited = true) {
    if (!waited) console.error(`tapline: waiting for another installation to end (if there is none: delete ${lock} and ${clearingOf(lock)})`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  work()
  release()
  // From now on it may be another's.
  process.off('exit', release)
}

/** @returns false while another process, which is alive, holds the lock */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (cause) {
    if (cause.code !== 'EEXIST') stop(`cannot install here: ${cause.message}`)
  }
  if (isLeft(lock)) clear(lock)
  return false
}

/** Whether the process that took the lock is dead. */
function isLeft(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return false
  } catch (cause) {
    return cause.code === 'ESRCH'
  }
}

/** Takes away a lock whose process is dead, one setup at a time: what the second would take away is the lock that the first has taken meanwhile. */
function clear(lock) {
  const clearing = clearingOf(lock)
  try {
    writeFileSync(clearing, '', { flag: 'wx' })
  } catch {
    return
  }
  try {
    if (isLeft(lock)) rmSync(lock, { force: true })
  } finally {
    rmSync(clearing, { force: true })
  }
}

function clearingOf(lock) {
  return `${lock}-clearing`
}

/** Has npm's scripts run a Node that can run Tapline. */
function chooseNode() {
  const installed = installedNode()
  if (installed !== undefined && canRun(versionOf(installed))) return putOnPath(installed)
  if (!canRun(process.versions.node)) stop(refusal())
  // One that does not run here, for example for want of glibc, must not stand before the one that does.
  if (installed !== undefined) rmSync(onPath, { force: true })
}

/** npm has linked it already; but npm 10 takes the link away again, together with those of the platforms that it passed over. */
function putOnPath(node) {
  if (existsSync(onPath)) return
  try {
    symlinkSync(relative(dirname(onPath), node), onPath)
  } catch (cause) {
    if (cause.code !== 'EEXIST') stop(`cannot link ${node}: ${cause.message}`)
  }
}

function versionOf(node) {
  if (realpathSync(process.execPath) === realpathSync(node)) return process.versions.node
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1) ?? '0.0'
}

/** @returns {never} */
function stop(message) {
  console.error(message.startsWith('tapline') ? message : `tapline: ${message}`)
  process.exit(1)
}
