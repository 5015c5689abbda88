#!/usr/bin/env node
/** The command `tapline`: the program, on this Node if it is new enough, else on the one that was installed with it, and tuned either way. */

'use strict'

const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { enableCompileCache, flushCompileCache } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { setFlagsFromString } = require('node:v8')
const { canRun, installedNode, refusal } = require('./node.cjs')

const source = join(__dirname, 'main.ts')
const program = existsSync(source) ? source : join(__dirname, '../dist/core/main.js')

const isNew = canRun(process.versions.node)
const node = isNew ? process.execPath : installedNode()

const flags = [
  // The path of a request is many small functions; V8 may join more of them into one than it does by default.
  '--max-inlined-bytecode-size=1000',
  '--max-inlined-bytecode-size-cumulative=3000',
  // For young objects. V8's own choice is no faster, and 100 MB larger.
  '--max-semi-space-size=4',
  // So little is collected sooner than helping threads are woken for it.
  '--no-parallel-scavenge',
  // V8 would put objects among the old ones at once where many stayed while it started, and all that they refer to follows: 100 MB.
  '--no-allocation-site-pretenuring',
  // Large bodies lie outside its heap. Flags that may go with a later version.
  ...(!isNew || process.versions.node.startsWith('24.')
    ? [
        // By default, all of the heap is collected for every 32 MB of them.
        '--external-memory-accounted-in-global-limit',
        // V8 frees memory of its own accord after 8 s with little to do, and from then on collects all of the heap for each few of them: a minute is soon enough.
        '--gc-memory-reducer-start-delay-ms=60000',
      ]
    : []),
]
/** Those that nobody has set, this program included. */
const missing = flags.filter(flag => !isGiven(flag))
const args = [...process.execArgv, ...missing, __filename, ...process.argv.slice(2)]
/** Where the system has it: it takes a tenth to a quarter less memory than the C library's own, and less time. */
const allocator = [`/usr/lib/${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch]}-linux-gnu`, '/usr/lib64', '/usr/local/lib']
  .map(folder => join(folder, 'libjemalloc.so.2'))
  .find(file => process.platform === 'linux' && existsSync(file))
const env = {
  // The C library gives each thread memory of its own, and keeps what V8's compiling threads leave there: 25 to 60 MB.
  MALLOC_ARENA_MAX: '2',
  // So does this one; and what sockets read comes in pieces of 64 KB, of which a few are kept. What is free goes back to the system within a second.
  ...(allocator === undefined
    ? {}
    : { LD_PRELOAD: allocator, MALLOC_CONF: 'narenas:1,lg_tcache_max:17,tcache_nslots_large:4,dirty_decay_ms:1000,muzzy_decay_ms:0' }),
  ...process.env,
}

if (node === undefined) fail()
else if (isNew && (missing.length === 0 || !canTurnInto())) start()
else if (canTurnInto()) process.execve(node, [node, ...args], env)
else run(node)

/** @param {string} flag of V8 */
function isGiven(flag) {
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  return given.some(other => nameOf(other) === nameOf(flag))
}

/** @param {string} flag which may be negated, and spelled with underscores */
function nameOf(flag) {
  return flag
    .split('=')[0]
    .replaceAll('_', '-')
    .replace(/^--no-/, '--')
}

/** Whether this process can become another program: not on Windows, on no Node before 22.15, and not if it would lose the channel to its parent. */
function canTurnInto() {
  return process.platform !== 'win32' && process.execve !== undefined && process.channel === undefined
}

function start() {
  for (const flag of missing) setFlagsFromString(flag)
  // A second start finds what the first one compiled: it is sooner there, and 30 MB smaller without the reader of TypeScript.
  enableCompileCache()
  void import(pathToFileURL(program).href).then(() => flushCompileCache())
}

/** @param {string} node a program file */
function run(node) {
  const child = spawn(node, args, { stdio: 'inherit', env })
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'].map(signal => {
    const forward = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, forward)
    return [signal, forward]
  })
  child.on('error', fail)
  child.on('exit', (code, signal) => {
    for (const [name, forward] of forwarded) process.off(name, forward)
    if (signal === null) process.exitCode = code
    else process.kill(process.pid, signal)
  })
}

function fail() {
  console.error(refusal())
  process.exitCode = 1
}
