/** One configured provider: its facts, its keys, and the way to it. */

import type { Readable } from 'node:stream'
import type { ProviderConfig } from '../config/providers/config.ts'
import { proxyFor, shownProxy } from '../config/providers/proxy.ts'
import { GatewayError, gatewayError } from '../errors.ts'
import type { Destination, TranslationOptions } from '../neutral/translation.ts'
import type { Dialect, UpstreamDialect } from '../plugin/dialect.ts'
import type { Endpoint, ModelEntry, ProviderDefinition, ProviderSettings } from '../plugin/provider.ts'
import { collected } from './collected.ts'
import { fanOut } from './fan-out.ts'
import { HttpTransport } from './http-transport.ts'
import { InProcessTransport } from './in-process-transport.ts'
import { KeyRing } from './keys.ts'
import { ProviderHeaders } from './provider-headers.ts'
import type { Call, OutgoingCall, ReplyListener, Transport } from './transport.ts'

/** What a provider is made in. */
export interface ProviderSurroundings {
  readonly limits: ProviderLimits
  /** The dialects that providers speak, by name. */
  readonly dialects: ReadonlyMap<string, UpstreamDialect | Dialect>
  /** As the configuration says for all providers. */
  readonly translation: TranslationOptions
}

export interface ProviderLimits {
  readonly connections: number
  readonly keepAliveMs: number
}

/** Where an operation is served, below the base URL. */
export interface EndpointPlace {
  readonly method: string
  readonly path: string
}

export class ProviderInstance {
  readonly name: string
  readonly type: string
  readonly definition: ProviderDefinition
  readonly config: ProviderConfig
  readonly keys: KeyRing
  readonly dialects: ReadonlySet<string>
  readonly baseUrl: string | undefined
  readonly settings: ProviderSettings
  readonly translation: TranslationOptions
  readonly headers: ProviderHeaders
  /** The dialects that it may be spoken to in, by name. */
  readonly wires: ReadonlyMap<string, UpstreamDialect & Partial<Dialect>>
  /** What its refusals have taught (see `learn` of its definition). */
  readonly learned = new Set<string>()
  /** The proxy that its calls go through, as logs may show it. */
  readonly proxy: string | undefined
  readonly #endpoints: ReadonlyMap<string, EndpointPlace>
  readonly #transport: Transport
  /** To the host that lists the models. */
  readonly #listing: Transport
  #holders = 0

  /** @throws Error when a setting cannot work, for example a proxy URL */
  constructor(config: ProviderConfig, definition: ProviderDefinition, { limits, dialects, translation }: ProviderSurroundings) {
    const { settings } = config
    this.name = config.name
    this.type = config.type
    this.config = config
    this.definition = definition
    this.keys = new KeyRing(config.keys, settings['session_sticky_keys'] !== false)
    const facts = factsOf(config, definition)
    this.baseUrl = facts.baseUrl
    this.dialects = new Set(facts.dialects)
    this.#endpoints = endpoints(facts.operations, settings['operations'] as string[] | undefined)
    this.wires = dialects
    this.translation = { ...translation, ...settings['translation'] as Partial<TranslationOptions> | undefined }
    this.settings = facts.settings
    this.#transport = transportOf(this, this.settings, limits)
    this.#listing = facts.listingUrl === undefined ? this.#transport : httpTransport(facts.listingUrl, config, limits)
    const proxy = definition.answer !== undefined || facts.baseUrl === undefined ? undefined : proxyFor(facts.baseUrl, config)
    this.proxy = proxy === undefined ? undefined : shownProxy(proxy)
    this.headers = new ProviderHeaders(this.settings, definition, facts.defaultHeaders)
  }

  /** Every operation that is served, and where. */
  get operations(): ReadonlyMap<string, EndpointPlace> {
    return this.#endpoints
  }

  /** Where an operation is served; undefined if this provider has none such. */
  endpoint(operation: string): EndpointPlace | undefined {
    return this.#endpoints.get(operation)
  }

  /** Starts one call. */
  send(call: OutgoingCall, listener: ReplyListener): Call {
    if (call.further !== undefined) return fanOut((one, heard) => this.send(one, heard), call, listener)
    return this.#send(call, listener, this.#transport)
  }

  /** Asks for the models that the provider offers. @throws Error if it does not say */
  async models(timeoutMs: number): Promise<readonly ModelEntry[]> {
    const place = this.endpoint('models')
    if (place === undefined) return []
    const { models = openAiModels, nextPage } = this.definition
    const entries: ModelEntry[] = []
    let path: string | undefined = place.path
    for (let page = 0; path !== undefined && page < mostPages; page++) {
      const headers = this.headers.of(['Accept', 'application/json'], { key: this.keys.take() })
      const body = JSON.parse((await this.#fetch({ operation: 'models', ...place, path, headers, body: undefined }, timeoutMs)).toString()) as unknown
      entries.push(...models(body))
      const next = nextPage?.(body)
      path = next === undefined ? undefined : place.path.replace(/\?.*$/, '') + next
    }
    return entries
  }

  /** A model of this provider, as a writer of its dialect needs to know it. */
  destination(model: string): Destination {
    const { name, type, settings, definition, translation } = this
    return { model, provider: name, type, traits: definition.traits?.(model, settings) ?? {}, settings, options: translation }
  }

  hold(): void {
    this.#holders += 1
  }

  /** Closes its connections when nobody holds it any more. */
  async release(): Promise<void> {
    this.#holders -= 1
    if (this.#holders <= 0) await Promise.all([this.#transport.close(), this.#listing === this.#transport ? undefined : this.#listing.close()])
  }

  #send(call: OutgoingCall, listener: ReplyListener, transport: Transport): Call {
    if (call.upload !== undefined && this.definition.signsBody === true) return this.#sendWhen(this.#whole(call, call.upload), call, listener, transport)
    const signed = this.definition.sign?.(call, this.settings)
    return signed instanceof Promise ? this.#sendWhen(signed.then(() => call), call, listener, transport) : transport.send(call, listener)
  }

  /** The call with its upload as its body, signed. */
  async #whole({ upload: _upload, ...call }: OutgoingCall, upload: Readable): Promise<OutgoingCall> {
    const whole = { ...call, body: await collected(upload, this.name) }
    await this.definition.sign?.(whole, this.settings)
    return whole
  }

  #sendWhen(signed: Promise<OutgoingCall>, { upload }: OutgoingCall, listener: ReplyListener, transport: Transport): Call {
    let running: Call | undefined
    let aborted = false
    signed.then(
      call => { if (!aborted) running = transport.send(call, listener) },
      (cause: unknown) => { if (!aborted) listener.onError(this.#unsigned(cause)) },
    )
    return { pause: () => running?.pause(), resume: () => running?.resume(), abort: () => { aborted = true; upload?.destroy(); running?.abort() } }
  }

  /** Credentials that could not be had are the operator's affair: the message says why, as far as it says nothing secret. */
  #unsigned(cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause
    return gatewayError('upstream_unreachable', `${this.name}: no credentials for the call: ${cause instanceof Error ? cause.message : String(cause)}`, { provider: this.name, cause })
  }

  #fetch(call: OutgoingCall, timeoutMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let status = 0
      const timer = setTimeout(() => { running.abort(); reject(new Error(`no answer within ${timeoutMs} ms`)) }, timeoutMs)
      const done = (settle: () => void) => { clearTimeout(timer); settle() }
      const running = this.#send(call, {
        onHead: code => { status = code },
        onData: chunk => { chunks.push(chunk) },
        onEnd: () => done(() => status === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${call.method} ${call.path} answered ${status}`))),
        onError: cause => done(() => reject(cause)),
      }, this.#listing)
    })
  }
}

/** Of a model list; a provider that says there is always one more is not believed. */
const mostPages = 100

interface Facts {
  readonly baseUrl: string | undefined
  readonly dialects: readonly string[]
  readonly operations: Readonly<Record<string, Endpoint>>
  readonly settings: ProviderSettings
  readonly defaultHeaders: Readonly<Record<string, string>>
  readonly listingUrl: string | undefined
}

/** The facts of one instance: its type's, as far as its settings do not say otherwise. */
export function factsOf({ name, type, base_url, settings, variables, directory }: ProviderConfig, definition: ProviderDefinition): Facts {
  const url = base_url ?? definition.baseUrl
  const own = { ...settings, name, type, ...(url === undefined ? {} : { base_url: url }), ...(variables === undefined ? {} : { variables }), ...(directory === undefined ? {} : { directory }) }
  const resolved = definition.resolve?.(own) ?? {}
  return {
    baseUrl: resolved.baseUrl ?? url,
    dialects: settings['native_dialects'] as string[] | undefined ?? resolved.dialects ?? definition.dialects,
    operations: resolved.operations ?? definition.operations,
    settings: own,
    defaultHeaders: resolved.defaultHeaders ?? {},
    listingUrl: resolved.listingUrl,
  }
}

function endpoints(operations: Readonly<Record<string, Endpoint>>, only: readonly string[] | undefined): ReadonlyMap<string, EndpointPlace> {
  return new Map(Object.entries(operations)
    .filter(([operation]) => only === undefined || only.includes(operation))
    .map(([operation, endpoint]) => {
      const [method = '', path = ''] = endpoint.split(' ')
      return [operation, { method, path }]
    }))
}

function transportOf(instance: ProviderInstance, settings: ProviderSettings, limits: ProviderLimits): Transport {
  const { answer } = instance.definition
  if (answer !== undefined) return new InProcessTransport(answer, settings)
  if (instance.baseUrl === undefined) throw new Error(`providers.${instance.name} has no base_url`)
  return httpTransport(instance.baseUrl, instance.config, limits)
}

function httpTransport(baseUrl: string, config: ProviderConfig, limits: ProviderLimits): Transport {
  return new HttpTransport({ baseUrl, ...limits, proxyUrl: proxyFor(baseUrl, config) })
}

/** OpenAI's list, or a bare array of its entries. */
function openAiModels(body: unknown): readonly ModelEntry[] {
  const data = Array.isArray(body) ? body : (body as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw new Error('the model list is neither {"data": […]} nor an array')
  return data.filter((entry): entry is ModelEntry => typeof (entry as { id?: unknown } | null)?.id === 'string')
}
