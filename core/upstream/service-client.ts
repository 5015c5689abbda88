/** Calls to one service of the operator's own, such as a webhook or an analyzer, on connections that are kept. */

import type { Dispatcher } from 'undici'
import { isLoopback, unbracketed } from '../networks.ts'
import type { Clock } from '../services/clock.ts'
import { wholeBytes } from '../whole-bytes.ts'
import { connectionsTo } from './transport/connections.ts'
import { undici } from './transport/undici.ts'

export interface ServiceLimits {
  /** For all of a call; 0 is no limit. */
  readonly timeoutMs: number
  /** Of an answer. */
  readonly maxBytes: number
}

export interface ServiceAnswer {
  readonly status: number
  readonly body: Buffer
}

export class ServiceClient {
  readonly #url: URL
  readonly #limits: ServiceLimits
  readonly #clock: Clock
  readonly #dispatcher: Dispatcher

  /** Opens nothing before the first call. */
  constructor(url: URL, limits: ServiceLimits, clock: Clock) {
    this.#url = url
    this.#limits = limits
    this.#clock = clock
    this.#dispatcher = connectionsTo(url.origin, {})
  }

  /**
   * Posts a body. Redirects are not followed: such an answer is given as it is.
   * @param signal ends the call
   * @throws Error if no answer comes in time, or one that is too long; it says nothing of what was sent
   */
  async post(body: Buffer, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ServiceAnswer> {
    const { timeoutMs, maxBytes } = this.#limits
    const { host } = this.#url
    const ending = new AbortController()
    const timer = timeoutMs > 0 ? this.#clock.after(timeoutMs, () => ending.abort(new Error(`${host} did not answer within ${timeoutMs} ms`))) : undefined
    try {
      const reply = await undici().request(this.#url, {
        dispatcher: this.#dispatcher,
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([ending.signal, signal]),
      })
      return { status: reply.statusCode, body: await wholeBytes(reply.body, maxBytes, () => new Error(`${host} answered with more than ${maxBytes} bytes`)) }
    } finally {
      timer?.cancel()
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy()
  }
}

/** Reads the address of a service. @param isSecret whether it must be https, or on this machine @throws Error saying what is wrong with it */
export function serviceUrl(address: string, isSecret: boolean): URL {
  const url = URL.parse(address)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new Error('the address of a service begins with https:// or http://')
  if (url.username !== '' || url.password !== '') throw new Error('the address of a service holds no user')
  if (isSecret && url.protocol !== 'https:' && !isOnThisMachine(url.hostname))
    throw new Error(`${url.host} is not on this machine: its address must begin with https://`)
  return url
}

function isOnThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || isLoopback(unbracketed(hostname))
}
