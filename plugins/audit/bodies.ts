/** The bodies of requests and replies: caught as references while they flow, made into text when the row is stored. */

import { slot, type Exchange } from '../../core/index.ts'
import { attemptDetails, type AttemptDetail } from './attempts.ts'
import { bodyLimit, essenceOf, type KeepMedia, type Media } from './body-text.ts'
import { Capture } from './capture.ts'
import type { AuditRow } from './journal.ts'
import { revisionsOf } from './policy.ts'
import { keysOf } from './redaction.ts'
import { writtenBodies, type CaughtBodies } from './written-bodies.ts'

/** What is kept of a stream until it is put together, and of a file. */
const heldLimit = 8 * 1024 * 1024
const mediaLimit = 32 * 1024 * 1024

export interface BodyOptions {
  readonly logRevisions: boolean
  readonly isStepwise: boolean
  /** Whether files of forms may be kept. */
  readonly keepsUploads: boolean
  readonly keepsMedia: boolean
}

/** Keeps a file of a row. @returns its id, if such files are kept */
export type KeepMediaOf = (row: AuditRow, side: 'input' | 'output', media: Media) => string | undefined

interface Caught {
  readonly reply: Capture
  readonly form: Capture | undefined
}

export class Bodies {
  readonly #options: BodyOptions
  readonly #keep: KeepMediaOf
  readonly #caught = slot<Caught>()

  constructor(options: BodyOptions, keep: KeepMediaOf) {
    this.#options = options
    this.#keep = keep
  }

  /** Begins to catch what a request brings and gets. */
  open(exchange: Exchange): void {
    const { keepsUploads, keepsMedia } = this.#options
    const reply = new Capture(keepsMedia ? mediaLimit : heldLimit)
    const form = keepsUploads && exchange.plan.body === 'form' ? new Capture(mediaLimit) : undefined
    exchange.copyTo(reply.take)
    if (form !== undefined) exchange.copyForm = form.take
    this.#caught.set(exchange, { reply, form })
  }

  /** What gives a row its bodies, as text; until then they take up memory, and that is their size. */
  attach(exchange: Exchange, row: AuditRow): { readonly finish: () => AuditRow; readonly bytes: number } {
    const caught = this.#caught.get(exchange)
    if (caught === undefined) return { finish: () => row, bytes: 0 }
    const bodies = this.#bodiesOf(exchange, caught)
    const keep =
      (side: 'input' | 'output'): KeepMedia =>
      media =>
        this.#keep(row, side, media)
    return { finish: () => writtenBodies(row, bodies, keep), bytes: sizeOf(bodies) }
  }

  #bodiesOf(exchange: Exchange, { reply, form }: Caught): CaughtBodies {
    const {
      request: { headers },
      bytes,
      plan,
      dialect,
      operation,
    } = exchange
    const sent = sentHeaders(exchange)
    return {
      operation,
      dialect,
      isReadable: exchange.readable,
      request: {
        bytes,
        length: bytes?.length ?? 0,
        contentType: essenceOf(headers['content-type']),
        encoding: plan.body === 'bytes' ? String(headers['content-encoding'] ?? '') : '',
      },
      form: exchange.form,
      formCopy: form,
      reply: { bytes: reply.bytes, length: reply.length, contentType: essenceOf(sent['content-type']), encoding: sent['content-encoding'] ?? '' },
      previousResponseId: previousOf(exchange),
      revisions: this.#options.logRevisions ? revisionsOf(exchange, this.#options).map(({ body }) => body) : [],
      attempts: failedDetails(exchange),
      keys: keysOf(exchange),
    }
  }
}

/** The row, which is finished when it is spelled as JSON. */
export function finishedLater(row: AuditRow, finish: () => AuditRow): AuditRow {
  let made: AuditRow | undefined
  return Object.defineProperty(row, 'toJSON', { enumerable: false, value: () => (made ??= finish()) })
}

function failedDetails(exchange: Exchange): readonly AttemptDetail[] {
  return exchange.attempts.some(({ failure }) => failure !== undefined) ? attemptDetails(exchange, bodyLimit) : []
}

/** About how much memory they take up. */
function sizeOf({ request, formCopy, reply, revisions, attempts }: CaughtBodies): number {
  const kept = [
    request.length,
    Math.min(formCopy?.length ?? 0, mediaLimit),
    Math.min(reply.length, mediaLimit),
    ...revisions.map(body => body?.length ?? 0),
    ...attempts.map(() => bodyLimit),
  ]
  return kept.reduce((sum, bytes) => sum + bytes, 0)
}

function previousOf({ body }: Exchange): string | null {
  const node = body?.root.get('previous_response_id')
  return node?.kind === 'string' ? node.string() : null
}

function sentHeaders({ sentHeaders }: Exchange): Readonly<Record<'content-type' | 'content-encoding', string | undefined>> {
  const find = (wanted: string) => sentHeaders.find((_, index) => index % 2 === 1 && sentHeaders[index - 1]?.toLowerCase() === wanted)
  return { 'content-type': find('content-type'), 'content-encoding': find('content-encoding')?.toLowerCase() }
}
