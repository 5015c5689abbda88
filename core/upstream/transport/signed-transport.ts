/** A transport whose calls are signed, as the provider's type does it, before they leave. */

import type { Readable } from 'node:stream'
import { GatewayError, gatewayError } from '../../errors.ts'
import type { ProviderDefinition, ProviderSettings } from '../../plugin/provider.ts'
import { isPromise } from '../../promise.ts'
import { collected } from '../bodies/collected.ts'
import type { Call, OutgoingCall, ReplyListener, Transport } from './transport.ts'

/** Who signs, and how. */
export interface Signer {
  /** The provider, for messages. */
  readonly name: string
  readonly definition: Pick<ProviderDefinition, 'sign' | 'signsBody'>
  readonly settings: ProviderSettings
}

/** The transport itself where the type signs nothing. */
export function signed(transport: Transport, signer: Signer): Transport {
  const { sign, signsBody } = signer.definition
  return sign === undefined && signsBody !== true ? transport : new SignedTransport(transport, signer)
}

class SignedTransport implements Transport {
  readonly #transport: Transport
  readonly #signer: Signer

  constructor(transport: Transport, signer: Signer) {
    this.#transport = transport
    this.#signer = signer
  }

  get queued(): number {
    return this.#transport.queued ?? 0
  }

  send(call: OutgoingCall, listener: ReplyListener): Call {
    if (call.upload !== undefined && this.#signer.definition.signsBody === true) return this.#sendWhen(this.#whole(call, call.upload), call, listener)
    const signing = this.#sign(call)
    return isPromise(signing)
      ? this.#sendWhen(
          signing.then(() => call),
          call,
          listener,
        )
      : this.#transport.send(call, listener)
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }

  /** What is thrown at once is heard of like what is thrown later. */
  #sign(call: OutgoingCall): void | Promise<void> {
    const { definition, settings } = this.#signer
    try {
      return definition.sign?.(call, settings)
    } catch (cause) {
      return Promise.reject(cause)
    }
  }

  /** The call with its upload as its body, signed. */
  async #whole({ upload: _upload, ...call }: OutgoingCall, upload: Readable): Promise<OutgoingCall> {
    const whole = { ...call, body: await collected(upload, this.#signer.name) }
    await this.#sign(whole)
    return whole
  }

  #sendWhen(signing: Promise<OutgoingCall>, { upload }: OutgoingCall, listener: ReplyListener): Call {
    let running: Call | undefined
    let aborted = false
    signing.then(
      call => {
        if (!aborted) running = this.#transport.send(call, listener)
      },
      (cause: unknown) => {
        if (!aborted) listener.onError(this.#unsigned(cause))
      },
    )
    return {
      pause: () => running?.pause(),
      resume: () => running?.resume(),
      abort: () => {
        aborted = true
        upload?.destroy()
        running?.abort()
      },
    }
  }

  /** Credentials that could not be had are the operator's affair: the message says why, as far as it says nothing secret. */
  #unsigned(cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause
    const { name } = this.#signer
    return gatewayError('upstream_unreachable', `${name}: no credentials for the call: ${cause instanceof Error ? cause.message : String(cause)}`, {
      provider: name,
      cause,
    })
  }
}
