/** Asks after responses that run in the background, so that their usage is recorded and their end is stored whether or not a client comes back: one replica asks after each, less and less often, for a day. */

import type { Logger } from 'pino'
import { JsonDocument, StorageUnavailable, type Clock, type Pipelines } from '../../core/index.ts'
import type { LeaseRecord } from '../../core/storage/lease.ts'
import { listAll } from '../../core/storage/list-all.ts'
import { OpenWork } from '../shared/records/open-work.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { absentAgain, isGoneForGood } from '../shared/objects/gone.ts'
import type { Background } from './background.ts'
import type { NativeResponses } from './native.ts'
import { askedAgain, putOpen, type OpenResponse } from './open.ts'
import { isUnderWay } from './record.ts'
import type { FoundResponse, ResponseStore } from './store.ts'

const lookMs = 5_000
/** Of one look. */
const mostAtOnce = 32
const callLimitMs = 60_000

export interface SweepParts {
  readonly store: ResponseStore
  readonly open: Records<OpenResponse>
  readonly leases: Records<LeaseRecord>
  readonly native: NativeResponses
  readonly background: Background
  readonly pipelines: Pipelines
  readonly clock: Clock
  readonly log: Logger
}

export class Sweep {
  readonly #parts: SweepParts
  readonly #work: OpenWork

  constructor(parts: SweepParts) {
    const { leases, clock, log } = parts
    this.#parts = parts
    this.#work = new OpenWork({
      name: 'background',
      leases,
      clock,
      lookMs,
      due: async () =>
        (await listAll(parts.open))
          .filter(({ value }) => value.until <= clock.now())
          .slice(0, mostAtOnce)
          .map(({ id }) => id),
      work: (id, signal) => this.#ask(id, signal),
      failed: (cause, response) => log.warn({ response, err: cause }, 'responses that run in the background could not be asked after; it will be tried again'),
    })
  }

  start(): void {
    this.#work.start()
  }

  async close(): Promise<void> {
    await this.#work.close()
  }

  async #ask(id: string, signal: AbortSignal): Promise<void> {
    const { store, open, clock } = this.#parts
    const piece = await open.get(id)
    if (piece === undefined || piece.value.until > clock.now()) return
    const found = await store.find(id, undefined)
    if (found === undefined || !isUnderWay(found.value.status)) return void (await open.delete(id))
    try {
      await this.#take(found, signal)
      // Also when it is over: the next look finds that stored, or takes it again.
      await putOpen(open, id, askedAgain(piece.value, clock.now()), piece.revision)
    } catch (cause) {
      // A store that is away has no word on the provider, nor has work that was taken from us.
      if (signal.aborted || cause instanceof StorageUnavailable) throw cause
      await this.#failed(piece, found, cause)
    }
  }

  async #take(found: FoundResponse, signal: AbortSignal): Promise<void> {
    const { native, background, pipelines, clock, log } = this.#parts
    const { provider, charge } = found.value
    const keeper = native.keeperOf(found, 'responses_get')
    if (keeper === undefined) throw new Error(`no provider ${provider} with stored responses is configured any more`)
    const asker = { requestId: charge?.request_id ?? found.id, userPath: charge?.user_path ?? '', limitMs: callLimitMs, clock, signal }
    const document = await native.ask(asker, keeper, found, 'responses_get')
    await background.take({ caller: undefined, log }, found, document, pipelines.usageIn('POST', '/v1/responses', document))
  }

  async #failed({ id, revision, value }: Stored<OpenResponse>, found: FoundResponse, cause: unknown): Promise<void> {
    const { open, background, clock, log } = this.#parts
    const now = clock.now()
    const absence = absentAgain(value, cause, now)
    if (!isGoneForGood(absence, now)) {
      log.debug({ response: id, err: cause }, 'a provider does not say how far a background response is')
      return await putOpen(open, id, { ...askedAgain(value, now), ...absence }, revision)
    }
    const message = `${found.value.provider} has this response no more`
    log.warn({ response: id, err: cause }, `a background response is given up: ${message}`)
    await background.take({ caller: undefined, log }, found, failedResponse(found, message), undefined)
  }
}

function failedResponse({ value: { response } }: FoundResponse, message: string): JsonDocument {
  const document = JsonDocument.parse(Buffer.from(response))
  document.set(document.root, 'status', '"failed"')
  document.set(document.root, 'error', JSON.stringify({ code: 'server_error', message }))
  return document
}
