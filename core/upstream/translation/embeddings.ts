/** Embeddings from a provider that spells them otherwise than OpenAI. */

import { gatewayError } from '../../errors.ts'
import { isObject } from '../../neutral/arguments.ts'
import { Losses } from '../../neutral/losses.ts'
import type { JsonObject } from '../../neutral/request.ts'
import type { Destination, EmbeddingsSide } from '../../neutral/translation.ts'
import type { Usage } from '../../neutral/usage.ts'
import type { Attempt } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import type { EndpointPlace } from '../provider/provider-facts.ts'
import { readJson, readObject } from './read-json.ts'
import type { TranslatedStream } from './translated-stream.ts'
import type { Translation } from './translation.ts'
import type { EmbeddingsWire } from '../provider/wire.ts'

export class EmbeddingsTranslation implements Translation {
  readonly dialect: string
  readonly place: EndpointPlace
  readonly operation: string
  readonly accept = 'application/json'
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly further: readonly Buffer[]
  readonly framing = undefined
  readonly losses: Losses
  usage: Usage | undefined
  responseId: string | undefined
  readonly #side: EmbeddingsSide
  readonly #request: JsonObject
  readonly #to: Destination

  /** @throws GatewayError for what can neither be carried nor dropped */
  constructor(exchange: Exchange, { target: { provider, model } }: Attempt, { dialect, operation, place, embeddings }: EmbeddingsWire) {
    if (exchange.body === undefined) throw new TypeError('there is no body to translate')
    this.dialect = dialect
    this.place = place
    this.operation = operation
    this.losses = new Losses(provider.translation.strict)
    this.#side = embeddings
    this.#to = provider.destination(model)
    this.#request = readObject(exchange.body.render(), 'the caller')
    const spelled = embeddings.request(this.#request, this.#to, this.losses)
    const [first, ...further] = Array.isArray(spelled) ? spelled : [spelled]
    if (first === undefined) throw new TypeError('the dialect spelled no request')
    this.headers = first.headers ?? []
    this.body = first.body
    this.further = further.map(({ body }) => body)
  }

  reply(bytes: Buffer): Buffer {
    const json = readJson(bytes, this.#to.provider)
    const replies = this.further.length > 0 && Array.isArray(json) ? json : [json]
    const list = this.#side.reply(replies.filter(isObject), this.#to, this.#request)
    const { usage } = list
    this.usage = isObject(usage) && typeof usage['prompt_tokens'] === 'number' ? { inputTokens: usage['prompt_tokens'] } : undefined
    return Buffer.from(JSON.stringify(list))
  }

  /** @throws GatewayError always */
  stream(): TranslatedStream {
    const { provider } = this.#to
    throw gatewayError('bad_upstream_response', `${provider} answered with a stream where embeddings were asked for`, { provider })
  }
}
