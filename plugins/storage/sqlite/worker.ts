/** A worker that holds the database: it opens it, brings its tables up to date, and takes one call after the other. */

import { parentPort, workerData } from 'node:worker_threads'
import type { JournalRow } from '../../../core/index.ts'
import { Engine } from '../shared/sql/engine.ts'
import { migrate } from '../shared/sql/migrations.ts'
import { SqliteDatabase } from './database.ts'
import { stepBack } from './priority.ts'
import { ready, type Answer, type Call, type WorkerData, type WorkerError } from './protocol.ts'

const { path, readOnly } = workerData as WorkerData

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

async function open(): Promise<Engine> {
  const database = new SqliteDatabase(path, { readOnly })
  if (!readOnly) await migrate(database)
  return new Engine(database, later)
}

function take(engine: Engine, { method, parameters }: Call): unknown {
  if (method === 'appendTexts') return engine.append(String(parameters[0]), JSON.parse(String(parameters[1])) as readonly JournalRow[])
  return (engine[method] as (...parameters: readonly unknown[]) => unknown).call(engine, ...parameters)
}

/** Behind the calls that are there already. What fails there says so when it is asked for. */
function later(work: () => Promise<void>): void {
  setImmediate(() => { last = last.then(work).catch(() => {}) })
}

stepBack()
const opening = open()
let last = answerTo(ready, () => opening.then(() => undefined))
parentPort?.on('message', (call: Call) => { last = last.then(() => answerTo(call.id, async () => take(await opening, call))) })
