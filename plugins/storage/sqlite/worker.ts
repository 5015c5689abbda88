/** A worker that holds a database: it opens it, brings its tables up to date, takes one call after the other, and closes it; then it may hold another. */

import { parentPort } from 'node:worker_threads'
import type { JournalRow } from '../../../core/index.ts'
import { Engine } from '../shared/sql/engine.ts'
import { migrate } from '../shared/sql/migrations.ts'
import { SqliteDatabase } from './database.ts'
import { stepBack } from './priority.ts'
import { closed, ready, type Answer, type Asked, type Call, type Opening, type WorkerError } from './protocol.ts'

let database: SqliteDatabase | undefined
let opening: Promise<Engine> | undefined
let last: Promise<void> = Promise.resolve()

function plain(cause: unknown): WorkerError {
  if (!(cause instanceof Error)) return { name: 'Error', message: String(cause), code: undefined }
  return { name: cause.name, message: cause.message, code: 'errcode' in cause ? Number(cause.errcode) : undefined }
}

async function answerTo(id: number, work: () => unknown): Promise<void> {
  let answer: Answer
  try {
    answer = { id, result: await work() }
  } catch (cause) {
    answer = { id, error: plain(cause) }
  }
  parentPort?.postMessage(answer) // oxlint-disable-line unicorn/require-post-message-target-origin -- a port, not a window
}

async function open({ path, readOnly }: Opening): Promise<Engine> {
  const opened = database = new SqliteDatabase(path, { readOnly })
  if (!readOnly) await migrate(opened)
  return new Engine(opened, later)
}

async function close(): Promise<void> {
  const held = database
  database = opening = undefined
  held?.close()
}

function rowsOf(lines: Uint8Array): readonly JournalRow[] {
  return JSON.parse(`[${Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString().slice(0, -1).replaceAll('\n', ',')}]`) as readonly JournalRow[]
}

function take(engine: Engine, { method, parameters }: Call): unknown {
  if (method === 'appendLines') return engine.append(String(parameters[0]), rowsOf(parameters[1] as Uint8Array))
  return (engine[method] as (...parameters: readonly unknown[]) => unknown).call(engine, ...parameters)
}

/** Behind the calls that are there already. What fails there says so when it is asked for. */
function later(work: () => Promise<void>): void {
  setImmediate(() => { last = last.then(work).catch(() => {}) })
}

function hear(asked: Asked): void {
  if (asked === 'close') void answerTo(closed, close)
  else if ('path' in asked) {
    const engine = opening = open(asked)
    last = answerTo(ready, () => engine.then(() => undefined))
  } else last = last.then(() => answerTo(asked.id, async () => take(await (opening as Promise<Engine>), asked)))
}

stepBack()
parentPort?.on('message', hear)
