/** A worker that holds a database: it opens it, brings its tables up to date, takes one call after the other, and closes it; then it may hold another. */

import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { Engine } from '../shared/sql/engine.ts'
import { migrate } from '../shared/sql/migrations.ts'
import { SqliteDatabase } from './database.ts'
import { stepBack } from './priority.ts'
import { closed, ready, type Answer, type Asked, type Call, type Method, type Opening, type WorkerError } from './protocol.ts'

/** Calls that touch one document. A transaction costs more than they do: those that wait together are written together, so many at most. */
const small: ReadonlySet<Method> = new Set(['getDocument', 'putDocument', 'deleteDocument'])
const mostTogether = 64

let database: SqliteDatabase | undefined
let opening: Promise<Engine> | undefined
let last: Promise<void> = Promise.resolve()
const waiting: Call[] = []

function plain(cause: unknown): WorkerError {
  if (!(cause instanceof Error)) return { name: 'Error', message: String(cause), code: undefined }
  return { name: cause.name, message: cause.message, code: 'errcode' in cause ? Number(cause.errcode) : undefined }
}

async function answerTo(id: number, work: () => unknown): Promise<void> {
  try {
    say([{ id, result: await work() }])
  } catch (cause) {
    say([{ id, error: plain(cause) }])
  }
}

function say(answers: readonly Answer[]): void {
  parentPort?.postMessage(answers) // oxlint-disable-line unicorn/require-post-message-target-origin -- a port, not a window
}

async function open({ path, readOnly }: Opening): Promise<Engine> {
  const opened = (database = new SqliteDatabase(path, { readOnly }))
  if (!readOnly) await migrate(opened)
  return new Engine(opened, later)
}

async function close(): Promise<void> {
  const held = database
  database = opening = undefined
  held?.close()
}

async function take({ method, parameters }: Call): Promise<unknown> {
  const engine = await (opening as Promise<Engine>)
  return await (engine[method] as (...parameters: readonly unknown[]) => unknown).call(engine, ...parameters)
}

/** Takes what waits, one call after the other. */
async function takeWaiting(): Promise<void> {
  while (waiting.length > 0) {
    const end = waiting.findIndex(({ method }, index) => !small.has(method) || index === mostTogether)
    const calls = waiting.splice(0, end < 0 ? waiting.length : Math.max(end, 1))
    if (calls.length === 1 || !(await takeTogether(calls))) for (const call of calls) await answerTo(call.id, () => take(call))
  }
}

/** @returns whether all went well; if not, nothing was done */
async function takeTogether(calls: readonly Call[]): Promise<boolean> {
  const answers: Answer[] = []
  try {
    if (database === undefined) return false
    await database.transaction(async () => {
      for (const call of calls) answers.push({ id: call.id, result: await take(call) })
    })
  } catch {
    return false
  }
  say(answers)
  return true
}

/** Behind the calls that are there already. What fails there says so when it is asked for. */
function later(work: () => Promise<void>): void {
  setImmediate(() => {
    last = last.then(work).catch(() => {})
  })
}

function hear(asked: Asked): void {
  if (asked === 'close') void answerTo(closed, close)
  else if ('path' in asked) {
    const engine = (opening = open(asked))
    last = answerTo(ready, () => engine.then(() => undefined))
  } else if (waiting.push(...asked) === asked.length)
    setImmediate(() => {
      last = last.then(takeWaiting)
    })
}

stepBack()
// The next start finds what this one compiled, even if the process is killed.
flushCompileCache()
parentPort?.on('message', hear)
