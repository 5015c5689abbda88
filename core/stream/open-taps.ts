/** The stream taps of a plan with their state for one stream, called in order, each failure decided by its tap's mode. */

import { GatewayError } from '../errors.ts'
import type { Channel } from '../document/conversation.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { StreamTap } from '../plugin/define.ts'
import { disregard } from '../promise.ts'
import type { StreamEvent } from './event.ts'

export interface NamedTap {
  /** The instance's name. */
  readonly name: string
  readonly tap: StreamTap<never>
  /** Whether it applies policy. */
  readonly guards?: boolean
}

/** Says what a failed call means: `open`, as if the tap were absent for this call, or `closed`, the stream fails. */
export type OnFailure = (name: string, cause: unknown, exchange: Exchange) => 'open' | 'closed'

/** A tap that must not fail did. */
export class StreamTapError extends Error {
  /** The instance's name. */
  override readonly name: string

  constructor(name: string, cause: unknown) {
    super('the stream tap failed', { cause })
    this.name = name
  }
}

interface OpenTap extends NamedTap {
  readonly state: never
}

/** All methods throw StreamTapError. */
export class OpenTaps {
  readonly #taps: readonly OpenTap[]
  readonly #observers: readonly OpenTap[]
  readonly #editors: readonly OpenTap[]
  readonly #guard: boolean
  readonly #exchange: Exchange
  readonly #onFailure: OnFailure
  /** Who changed what is about to leave. */
  readonly #changers = new Set<string>()

  constructor(taps: readonly NamedTap[], exchange: Exchange, onFailure: OnFailure) {
    this.#exchange = exchange
    this.#onFailure = onFailure
    this.#taps = taps.flatMap(tap => this.#open(tap))
    this.#observers = this.#taps.filter(({ tap }) => tap.observe !== undefined)
    this.#guard = this.#taps.some(({ guards }) => guards === true)
    this.#editors = this.#taps.filter(({ tap }) => tap.text !== undefined)
  }

  /** Whether any of them reads texts. */
  get edit(): boolean {
    return this.#editors.length > 0
  }

  /** Whether any of them applies policy. */
  get guard(): boolean {
    return this.#guard
  }

  /** Whether any of them looks at events. */
  get observes(): boolean {
    return this.#observers.length > 0
  }

  /** Shows an event around, until one tap drops or refuses it. */
  observe(event: StreamEvent): 'drop' | GatewayError | undefined {
    for (const { name, tap, state } of this.#observers) {
      try {
        const before = event.edits
        const verdict: unknown = tap.observe?.(event, state)
        if (verdict === 'drop') return this.#dropped(name)
        if (verdict instanceof GatewayError) return this.#refused(name, verdict)
        if (verdict !== undefined) throw notUnderstood(verdict, "observe() must return nothing, 'drop' or a refusal")
        if (event.edits !== before) this.#changers.add(name)
      } catch (cause) {
        this.#failed(name, cause)
      }
    }
    return undefined
  }

  /** A text as it is when all of them have edited it, or the first refusal. */
  text(text: string, channel: Channel): string | GatewayError {
    let edited = text
    for (const { name, tap, state } of this.#editors) {
      try {
        const said = tap.text?.(edited, channel, state)
        if (said instanceof GatewayError) return this.#refused(name, said)
        if (typeof said !== 'string') throw notUnderstood(said, 'text() must return a string or a refusal')
        edited = said
      } catch (cause) {
        this.#failed(name, cause)
      }
    }
    return edited
  }

  /** Another text leaves in the place of this one: whoever asks for it is told whose doing that was. */
  changed(text: string, channel: Channel): void {
    if (this.#exchange.trace === undefined) return
    let edited = text
    for (const { name, tap, state } of this.#editors) {
      const said = attempt(() => tap.text?.(edited, channel, state))
      if (typeof said !== 'string') continue
      if (said !== edited) this.#changers.add(name)
      edited = said
    }
  }

  /** An event has left, with what was changed since the last one. */
  left(): void {
    if (this.#changers.size === 0) return
    for (const name of this.#changers) this.#exchange.trace?.noteEvent(name, 'replaced')
    this.#changers.clear()
  }

  end(): void {
    for (const { name, tap, state } of this.#taps) {
      try {
        tap.end?.(state)
      } catch (cause) {
        this.#onFailure(name, cause, this.#exchange)
      }
    }
  }

  /** What others changed in it before does not leave. */
  #dropped(name: string): 'drop' {
    this.#changers.clear()
    this.#exchange.trace?.noteEvent(name, 'dropped')
    return 'drop'
  }

  #refused(name: string, refusal: GatewayError): GatewayError {
    const { trace } = this.#exchange
    if (trace !== undefined) trace.refusedStream = { instance: name, refusal }
    return refusal
  }

  #open({ name, tap, guards = false }: NamedTap): OpenTap[] {
    try {
      return [{ name, tap, guards, state: tap.open?.(this.#exchange) as never }]
    } catch (cause) {
      this.#failed(name, cause)
      return []
    }
  }

  #failed(name: string, cause: unknown): void {
    if (this.#onFailure(name, cause, this.#exchange) === 'closed') throw new StreamTapError(name, cause)
  }
}

/** What a tap has said instead; nobody waits for it. */
function notUnderstood(said: unknown, message: string): TypeError {
  disregard(said)
  return new TypeError(message)
}

/** What failed was told when it was first asked. */
function attempt<Said>(ask: () => Said): Said | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
