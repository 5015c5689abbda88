/** Calls that a provider answers within this process: no socket, the same life otherwise. */

import { flatHeaders } from '../../flat-headers.ts'
import type { ProviderAnswer, ProviderDefinition, ProviderSettings } from '../../plugin/provider.ts'
import { disregard } from '../../promise.ts'
import { collected } from '../bodies/collected.ts'
import type { Call, OutgoingCall, ReplyListener, Transport } from './transport.ts'

type Answer = NonNullable<ProviderDefinition['answer']>

export class InProcessTransport implements Transport {
  readonly #answer: Answer
  readonly #settings: ProviderSettings

  constructor(answer: Answer, settings: ProviderSettings) {
    this.#answer = answer
    this.#settings = settings
  }

  send(call: OutgoingCall, listener: ReplyListener): Call {
    const running = new InProcessCall(listener)
    void this.#run(call, running)
    return running
  }

  async close(): Promise<void> {}

  async #run(call: OutgoingCall, running: InProcessCall): Promise<void> {
    try {
      // Nothing flows within a process: the answer is made from the whole body.
      const body = call.upload === undefined ? call.body : await collected(call.upload, 'a provider within this process')
      running.begin(
        await this.#answer(
          {
            ...call,
            body,
            get signal() {
              return running.signal
            },
          },
          this.#settings,
        ),
      )
    } catch (cause) {
      running.fail(cause)
    }
  }
}

type Pieces = Iterator<Buffer> | AsyncIterator<Buffer>

/** Hands out one piece per turn of the loop, as a socket would, and none while paused. */
class InProcessCall implements Call {
  readonly #listener: ReplyListener
  #pieces: Pieces | undefined
  #isWaiting = false
  #paused = false
  #aborted = false
  #controller: AbortController | undefined

  constructor(listener: ReplyListener) {
    this.#listener = listener
  }

  /** Aborted with the call. Made when first asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort()
    return this.#controller.signal
  }

  begin({ status, headers, body }: ProviderAnswer): void {
    const pieces = piecesOf(body)
    if (this.#aborted) return leave(pieces)
    this.#pieces = pieces
    this.#listener.onHead(status, lowerCased(flatHeaders(headers)))
    this.#next()
  }

  /** Whatever was thrown, here or as the answer was read, breaks it off. */
  fail(cause: unknown): void {
    if (this.#aborted) return
    this.abort()
    this.#listener.onError(cause instanceof Error ? cause : new Error(String(cause)))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    setImmediate(() => this.#next())
  }

  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#controller?.abort()
    if (this.#pieces !== undefined) leave(this.#pieces)
  }

  #next(): void {
    if (this.#paused || this.#aborted || this.#isWaiting || this.#pieces === undefined) return
    try {
      const step = this.#pieces.next()
      if (!('then' in step)) return this.#take(step)
      this.#isWaiting = true
      step
        .then(taken => {
          this.#isWaiting = false
          if (!this.#aborted) this.#take(taken)
        })
        .catch((cause: unknown) => this.fail(cause))
    } catch (cause) {
      this.fail(cause)
    }
  }

  #take({ done, value }: IteratorResult<Buffer>): void {
    if (done === true) return this.#listener.onEnd()
    this.#listener.onData(value)
    setImmediate(() => this.#next())
  }
}

function piecesOf(body: ProviderAnswer['body']): Pieces {
  if (Buffer.isBuffer(body)) return [body].values()
  return Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
}

/** Nobody wants the rest, nor what fails as it is left. */
function leave(pieces: Pieces): void {
  try {
    disregard(pieces.return?.())
  } catch {}
}

function lowerCased(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i + 1 < flat.length; i += 2) headers[(flat[i] as string).toLowerCase()] = flat[i + 1] as string
  return headers
}
