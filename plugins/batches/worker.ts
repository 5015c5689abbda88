/** The work on one batch until it is over: its lines run, or its provider's results are taken over; then its files are written. */

import type { InnerAnswer } from '../../core/index.ts'
import { Inquiry } from './inquiry.ts'
import { callOf } from './lines.ts'
import { openAiLine } from './openai-view.ts'
import { isPostponed, neverRan, type BatchRecord, type BatchStatus } from './record.ts'
import type { PlacedLine } from './store.ts'
import { Takeover, type TakeoverParts } from './takeover.ts'

/** A line that the gateway or a provider has no room for now is tried again so often. */
const mostTries = 5
const longestWaitMs = 60_000
const busy: ReadonlySet<number> = new Set([429, 503, 529])

export interface WorkerParts extends TakeoverParts {
  readonly concurrency: number
  /** The gateway is about to end: what runs may finish, nothing is begun. */
  isDraining(): boolean
}

interface LineSignals {
  /** The work is no longer ours. */
  readonly signal: AbortSignal
  /** Nor is there anything to wait for in a batch that was cancelled. */
  readonly waiting: AbortSignal
}

export class BatchWorker {
  readonly #parts: WorkerParts
  readonly #inquiry: Inquiry
  readonly #takeover: Takeover

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#inquiry = new Inquiry(parts)
    this.#takeover = new Takeover(parts)
  }

  /** Takes a batch as far as it goes now. @param signal the work is no longer ours */
  async work(id: string, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#parts
    const batch = await store.find(id)
    if (batch === undefined || !batch.open) return
    if (batch.provider_batch_id === null) return await this.#run(batch, signal)
    const current = await this.#inquiry.ask(batch, signal)
    const { fetch } = current
    if (fetch === null || signal.aborted || isPostponed(current, clock.now())) return
    if (await this.#takeover.take(current, fetch, signal)) await this.#finish(current, fetch.status, Math.floor(clock.now() / 1000))
  }

  async #run(batch: BatchRecord, signal: AbortSignal): Promise<void> {
    const { store, clock, isDraining } = this.#parts
    await this.#runLines(batch, signal)
    if (signal.aborted || isDraining()) return
    const end = await this.#endOf(batch.id)
    if (end !== undefined) await store.settleRest(batch, neverRan(end === 'cancelled' ? 'canceled' : 'expired'))
    await this.#finish(batch, end ?? 'completed', Math.floor(clock.now() / 1000))
  }

  async #runLines(batch: BatchRecord, signal: AbortSignal): Promise<void> {
    const { store, concurrency, isDraining } = this.#parts
    const cancelled = new AbortController()
    const unwatch = store.watch(() => {
      void this.#endOf(batch.id).then(
        end => (end === undefined ? undefined : cancelled.abort()),
        () => undefined,
      )
    })
    const signals = { signal, waiting: AbortSignal.any([signal, cancelled.signal]) }
    const running = new Set<Promise<void>>()
    try {
      for await (const placed of store.lines(batch.id, false)) {
        const end = await this.#endOf(batch.id)
        if (signal.aborted || end !== undefined || isDraining()) break
        const line = this.#runLine(batch, placed, signals).finally(() => running.delete(line))
        running.add(line)
        if (running.size >= concurrency) await Promise.race(running)
      }
      await Promise.all(running)
    } finally {
      unwatch()
    }
  }

  /** Why no further line shall run. */
  async #endOf(id: string): Promise<'cancelled' | 'expired' | undefined> {
    const batch = await this.#parts.store.find(id)
    if (batch === undefined || batch.times.cancelling_at !== undefined) return 'cancelled'
    return batch.expires_at * 1000 <= this.#parts.clock.now() ? 'expired' : undefined
  }

  /** Runs a line until it is answered, or shall run no more: then it has no outcome yet. */
  async #runLine(batch: BatchRecord, placed: PlacedLine, { signal, waiting }: LineSignals): Promise<void> {
    const { pipelines, store } = this.#parts
    for (let tries = 1; ; tries++) {
      const answer = await pipelines.call({ ...callOf(batch.endpoint, batch.submitter), body: Buffer.from(placed.line.body), signal })
      if (signal.aborted) return
      if (!isPassing(answer) || tries >= mostTries) {
        const isFine = answer.status >= 200 && answer.status < 300
        return await store.settle(batch, placed, {
          kind: isFine ? 'succeeded' : 'errored',
          status_code: answer.status,
          request_id: answer.requestId,
          body: jsonOf(answer.body),
        })
      }
      await this.#wait(waitOf(answer.headers, tries), waiting)
      if (signal.aborted || (await this.#endOf(batch.id)) !== undefined) return
    }
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#parts.clock.after(ms, end)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }

  async #finish({ id, provider, submitter }: BatchRecord, status: BatchStatus, now: number): Promise<void> {
    const { store, files } = this.#parts
    const counts = await store.counts(id)
    const keep = async (name: string, isOutput: boolean) =>
      (
        await files.keep(
          { filename: `batch_${id}_${name}.jsonl`, purpose: 'batch_output', provider, owner: submitter.user_path },
          this.#fileLines(id, isOutput),
        )
      ).id
    const output = counts.succeeded > 0 ? await keep('output', true) : null
    const error = counts.errored + counts.canceled + counts.expired > 0 ? await keep('errors', false) : null
    await store.change(id, current =>
      current.open
        ? {
            status,
            open: false,
            counts,
            output_file_id: output,
            error_file_id: error,
            times: { ...current.times, finalizing_at: current.times.finalizing_at ?? now, [`${status}_at`]: now },
          }
        : undefined,
    )
  }

  async *#fileLines(id: string, isOutput: boolean): AsyncGenerator<Buffer> {
    for await (const placed of this.#parts.store.lines(id, true)) {
      if ((placed.line.outcome?.kind === 'succeeded') === isOutput) yield Buffer.from(`${openAiLine(id, placed)}\n`)
    }
  }
}

/** Whether the same call may be answered later. */
function isPassing({ status, headers }: InnerAnswer): boolean {
  return busy.has(status) && headers['x-should-retry'] !== 'false'
}

/** How long the answer asks to wait, else longer each time. */
function waitOf(headers: Readonly<Record<string, string>>, tries: number): number {
  const said = Number(headers['retry-after-ms'] ?? Number(headers['retry-after']) * 1000)
  return Math.min(longestWaitMs, Number.isFinite(said) && said > 0 ? said : 1000 * 2 ** (tries - 1))
}

/** Answers are JSON; what is none becomes a text. */
function jsonOf(body: Buffer): string {
  const text = body.toString()
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}
