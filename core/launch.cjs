#!/usr/bin/env node
/** The command `tapline`: runs the program on this Node if it is new enough, else on the one that was installed with it. */

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

// The path of a request is many small functions; V8 may join more of them into one than it does by default.
const v8Flags = ['--max-inlined-bytecode-size=1000', '--max-inlined-bytecode-size-cumulative=3000']
// Large bodies lie outside its heap; by default, it collects all of the heap for every 32 MB of them. A flag that may go with a later version.
const flagsOfNode24 = ['--external-memory-accounted-in-global-limit']

// A second start finds what the first one compiled: it is sooner there, and 30 MB smaller without the reader of TypeScript.
if (canRun(process.versions.node)) {
  for (const flag of [...v8Flags, ...(process.versions.node.startsWith('24.') ? flagsOfNode24 : [])]) setFlagsFromString(flag)
  enableCompileCache()
  void import(pathToFileURL(program).href).then(() => flushCompileCache())
} else runOn(installedNode())

/** @param {string | undefined} node a program file */
function runOn(node) {
  if (node === undefined) return fail()
  const child = spawn(node, [...v8Flags, ...flagsOfNode24, program, ...process.argv.slice(2)], { stdio: 'inherit' })
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'].map(signal => {
    const forward = () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) }
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
