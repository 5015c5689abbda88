/** One attempt at an operation that its provider spells in a way of its own. */

import { Readable } from 'node:stream'
import { gatewayError, GatewayError } from '../../errors.ts'
import { heldLimit, type CollectedPart, type Form } from '../../form/form.ts'
import { Losses } from '../../neutral/losses.ts'
import type { JsonObject } from '../../neutral/request.ts'
import type { Attempt } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { AdaptedReply, AskedRequest, OperationAdapter } from '../../plugin/adapter.ts'
import { vendorFault } from '../failure.ts'
import { formCall } from '../form-call.ts'
import type { EndpointPlace } from '../provider/provider-facts.ts'
import { readObject } from './read-json.ts'
import type { OutgoingCall } from '../transport/transport.ts'

export class Adaptation {
  readonly losses: Losses
  readonly #exchange: Exchange
  readonly #attempt: Attempt
  readonly #adapter: OperationAdapter
  #files: readonly CollectedPart[] = []

  /** @throws GatewayError for a request that asks for a stream */
  constructor(exchange: Exchange, attempt: Attempt, adapter: OperationAdapter) {
    this.#exchange = exchange
    this.#attempt = attempt
    this.#adapter = adapter
    this.losses = new Losses(attempt.target.provider.translation.strict)
    this.#refuseStream()
  }

  /** The call, without what every call carries. @throws GatewayError 400 */
  call({ method, path }: EndpointPlace): OutgoingCall {
    const { form, operation } = this.#exchange
    const { request, form: rules } = this.#adapter
    const headers = ['Content-Type', 'application/json', 'Accept', 'application/json', 'Accept-Encoding', 'identity']
    if (form !== undefined && request === undefined) {
      form.hold({
        ...rules,
        whole: (...given) => {
          rules?.whole?.(...given)
          this.#refuseStream()
        },
      })
      return formCall(this.#exchange, this.#attempt, form, { method, path })
    }
    if (form !== undefined) return { operation, method, path, headers, body: undefined, upload: Readable.from(this.#assembled(form), { objectMode: false }) }
    return { operation, method, path, headers, body: this.#spelled() }
  }

  /** What the caller gets. @throws GatewayError */
  reply(said: Buffer): AdaptedReply {
    const { name, definition } = this.#attempt.target.provider
    const json = readObject(said, name)
    const fault = vendorFault(definition, json, name)
    if (fault !== undefined) throw fault
    return this.#adapter.reply(json, this.#asked())
  }

  /** Puts a form together that the provider takes as JSON. */
  async *#assembled(form: Form): AsyncGenerator<Buffer> {
    try {
      const parts = await form.collect(this.#adapter.formLimitBytes ?? heldLimit)
      this.#refuseStream()
      this.#files = parts.filter(({ filename }) => filename !== undefined)
      yield this.#spelled()
    } catch (cause) {
      if (cause instanceof GatewayError) this.#exchange.stop(cause)
      throw cause
    }
  }

  #spelled(): Buffer {
    const asked = this.#asked()
    return Buffer.from(JSON.stringify(this.#adapter.request?.(asked) ?? asked.body))
  }

  #asked(): AskedRequest {
    const { operation, body, form } = this.#exchange
    const { provider, model } = this.#attempt.target
    const said: JsonObject = form === undefined ? readObject(body?.render() ?? Buffer.alloc(0), 'the caller') : Object.fromEntries(form.fields)
    return { operation, body: { ...said, model }, files: this.#files, to: provider.destination(model), losses: this.losses }
  }

  #refuseStream(): void {
    const { streamed, form } = this.#exchange
    if (streamed)
      throw gatewayError('unsupported_parameter', `${this.#attempt.target.provider.name} answers this operation whole, not as a stream`, {
        param: form === undefined ? 'stream_format' : 'stream',
      })
  }
}
