/** The identity of one instance, and its clock: signs calls, and learns from what AWS refuses. */

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { hasHeader, headerIn, type ProviderCall, type ProviderSettings, type Refusal } from '../../core/index.ts'
import type { SignatureV4 } from '@smithy/signature-v4'
import { chainFor } from './credentials.ts'
import { controlUrl, regionOf, type Variables } from './place.ts'
import type { Chain, BedrockDeps } from './deps.ts'

/** In AWS's words, with the time at which the server saw the call. */
const skewed = /signature (?:expired|not yet current)|requesttimetooskewed|clock skew|request timestamp/i
const expired = /^(?:ExpiredToken|ExpiredTokenException)$/

export class Account {
  /** Models that refuse cache points. */
  readonly unmarked = new Set<string>()
  readonly #settings: ProviderSettings
  readonly #variables: Variables
  readonly #region: string
  readonly #deps: BedrockDeps
  #chain: Promise<Chain> | undefined
  #signer: Promise<SignatureV4> | undefined
  /** How far AWS's clock is ahead of ours. */
  #skewMs = 0

  /** @throws Error if the region is not known */
  constructor(settings: ProviderSettings, deps: BedrockDeps) {
    this.#settings = settings
    this.#variables = settings.variables ?? {}
    this.#region = regionOf(String(settings.base_url), this.#variables)
    this.#deps = deps
  }

  /** Adds a token, or a signature over the method, the path, the body and the headers that matter. */
  sign(call: ProviderCall): void | Promise<void> {
    const token = this.#variables['AWS_BEARER_TOKEN_BEDROCK']
    if (hasHeader(call.headers, 'Authorization')) return
    if (token === undefined) return this.#sign(call)
    call.headers.push('Authorization', `Bearer ${token}`)
  }

  /** A word for what a refusal says of our clock or of what a model takes; `undefined` if it says nothing. */
  learn({ status, code, message, date }: Refusal, model: string): string | undefined {
    if (code !== null && expired.test(code)) this.#chain = undefined
    if (status === 403 && (skewed.test(message) || skewed.test(code ?? ''))) return this.#setClock(date)
    if (status === 400 && /cache ?point|prompt caching/i.test(message)) {
      this.unmarked.add(model)
      return `no cache points: ${model}`
    }
    return undefined
  }

  #setClock(date: string | undefined): string | undefined {
    const skewMs = Date.parse(date ?? '') - this.#deps.now()
    if (Number.isNaN(skewMs)) return undefined
    this.#skewMs = skewMs
    return `the clock is off by ${Math.round(skewMs / 1000)} s`
  }

  async #sign(call: ProviderCall): Promise<void> {
    const signer = await (this.#signer ??= this.#makeSigner())
    const base = new URL(call.operation === 'models' ? controlUrl(String(this.#settings.base_url)) : String(this.#settings.base_url))
    const [path = '', query = ''] = call.path.split('?', 2)
    const type = headerIn(call.headers, 'Content-Type')
    const signed = await signer.sign(
      {
        method: call.method,
        protocol: base.protocol,
        hostname: base.hostname,
        path: base.pathname.replace(/\/+$/, '') + path,
        query: queryOf(query),
        headers: { host: base.host, ...(type === undefined ? {} : { 'content-type': type }) },
        body: call.body,
      },
      { signingDate: new Date(this.#deps.now() + this.#skewMs) },
    )
    for (const [name, value] of Object.entries(signed.headers)) if (name !== 'host' && name !== 'content-type') call.headers.push(name, value)
  }

  async #makeSigner(): Promise<SignatureV4> {
    const { SignatureV4 } = await import('@smithy/signature-v4')
    return new SignatureV4({ service: 'bedrock', region: this.#region, credentials: () => this.#credentials(), sha256: Sha256 })
  }

  async #credentials(): ReturnType<Chain> {
    this.#chain ??= chainFor(this.#variables, this.#region, { ...this.#settings, variables: this.#variables }, this.#deps)
    const chain = await this.#chain
    return await chain()
  }
}

type Data = string | ArrayBuffer | ArrayBufferView

/** The hash that the signer wants, made by Node. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', viewOf(secret))
  }

  update(data: Data): void {
    this.#hash.update(viewOf(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
}

function viewOf(data: Data): string | NodeJS.ArrayBufferView {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : (data as string | NodeJS.ArrayBufferView)
}

function queryOf(query: string): Record<string, string | string[]> {
  const named = Map.groupBy(new URLSearchParams(query), ([name]) => name)
  return Object.fromEntries([...named].map(([name, pairs]) => [name, pairs.length === 1 ? (pairs[0]?.[1] ?? '') : pairs.map(([, value]) => value)]))
}
