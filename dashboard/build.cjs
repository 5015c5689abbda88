/** Builds the page into `dist/page`, where it is missing or older than what it is made of. Runs before npm's scripts, behind `core/setup.cjs`. */

'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { brotliCompressSync, gzipSync } = require('node:zlib')

const root = join(__dirname, '..')
const page = join(root, 'dist/page')
const vite = join(root, 'node_modules/vite/bin/vite.js')
/** Below so many bytes, the head of the answer is most of it. */
const smallest = 1000
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
  compress(join(aside, 'assets'))
  rmSync(page, { recursive: true, force: true })
  try {
    renameSync(aside, page)
  } catch {
    // The other one was faster, and has built the same.
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Once, as small as it gets: browsers ask for brotli only where the connection is encrypted, and for gzip anywhere. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const body = readFileSync(file)
    if (body.length < smallest) continue
    writeFileSync(`${file}.br`, brotliCompressSync(body))
    writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }))
  }
}

/** @param {string} why */
function give(why) {
  console.error(`tapline: the page could not be built: ${why}`)
  if (always) process.exitCode = 1
}
