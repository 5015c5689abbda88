/** Builds the page into `dist/page`, where it is missing or older than what it is made of. Runs before npm's scripts, behind `core/setup.cjs`. */

'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, readdirSync, renameSync, rmSync, statSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const page = join(root, 'dist/page')
const vite = join(root, 'node_modules/vite/bin/vite.js')
/** With `--always`, whatever stands there. */
const always = process.argv.includes('--always')

if (always || !isFresh()) build()

/** Whether the page is there and nothing has changed since. */
function isFresh() {
  const built = changed(join(page, 'index.html'))
  const sources = readdirSync(__dirname, { recursive: true }).map(name => join(__dirname, name))
  return built > 0 && [...sources, join(root, 'package-lock.json')].every(file => changed(file) <= built)
}

function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** Two may build at once: each does it aside. The gateway runs without a page, too, so that what stops this one is no error there. */
function build() {
  if (!existsSync(vite)) return give('vite is not installed')
  console.error('tapline: building the page …')
  const aside = `${page}.${process.pid}`
  const { status, stderr } = spawnSync(process.execPath, [vite, 'build', __dirname, '--outDir', aside, '--logLevel', 'warn'], { encoding: 'utf8' })
  if (status !== 0) return give(stderr)
  rmSync(page, { recursive: true, force: true })
  try {
    renameSync(aside, page)
  } catch {
    // The other one was faster, and has built the same.
    rmSync(aside, { recursive: true, force: true })
  }
}

/** @param {string} why */
function give(why) {
  console.error(`tapline: the page could not be built: ${why}`)
  if (always) process.exitCode = 1
}
