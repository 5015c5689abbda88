/** One configured provider: its facts, its keys, and the way to it. */

import type { ConfiguredModel, ProviderConfig } from '../../config/providers/config.ts'
import { proxyFor, shownProxy } from '../../config/providers/proxy.ts'
import type { Destination, TranslationOptions } from '../../neutral/translation.ts'
import type { Dialect, UpstreamDialect } from '../../plugin/dialect.ts'
import type { ModelEntry, ProviderDefinition, ProviderSettings } from '../../plugin/provider.ts'
import { nameFrom } from '../../plugin/resolve.ts'
import { fanOut } from '../transport/fan-out.ts'
import { HttpTransport } from '../transport/http-transport.ts'
import { InProcessTransport } from '../transport/in-process-transport.ts'
import { KeyRing } from './keys.ts'
import { listModels } from './model-list.ts'
import { endpointsOf, factsOf, type EndpointPlace } from './provider-facts.ts'
import { ProviderHeaders } from '../headers/provider-headers.ts'
import { signed } from '../transport/signed-transport.ts'
import type { Call, OutgoingCall, ReplyListener, Transport } from '../transport/transport.ts'

/** What a provider is made in. */
export interface ProviderDeps {
  readonly limits: ProviderLimits
  /** The dialects that providers speak, by name; those that are named by a path by their files. */
  readonly dialects: ReadonlyMap<string, UpstreamDialect | Dialect>
  /** Where types lie that are not of the default set. */
  readonly folders?: ReadonlyMap<string, string>
  /** As the configuration says for all providers. */
  readonly translation: TranslationOptions
}

export interface ProviderLimits {
  readonly connections: number
  readonly keepAliveMs: number
  /** For an answer to begin; 0 is no limit, of both. */
  readonly responseHeaderMs: number
  /** For the silence of one that has begun. */
  readonly streamIdleMs: number
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
  readonly limits: ProviderLimits
  /** The dialects that it may be spoken to in, by name. */
  readonly wires: ReadonlyMap<string, UpstreamDialect & Partial<Dialect>>
  /** Every operation that is served, and where. */
  readonly operations: ReadonlyMap<string, EndpointPlace>
  /** What its refusals have taught (see `learn` of its definition). */
  readonly learned = new Set<string>()
  /** The proxy that its calls go through, as logs may show it. */
  readonly proxy: string | undefined
  /** What the configuration says of models, by their ids, as given and as canonical ones. */
  readonly #configured: ReadonlyMap<string, ConfiguredModel>
  /** The dialects themselves, whatever a type or a pipeline calls them. */
  readonly #spoken: ReadonlySet<object>
  readonly #transport: Transport
  /** To the host that lists the models. */
  readonly #listing: Transport
  #holders = 0

  /** @throws Error when a setting cannot work, for example a proxy URL */
  constructor(config: ProviderConfig, definition: ProviderDefinition, { limits, dialects, folders, translation }: ProviderDeps) {
    const { settings } = config
    this.name = config.name
    this.type = config.type
    this.config = config
    this.definition = definition
    this.keys = new KeyRing(config.keys, settings['session_sticky_keys'] !== false)
    const facts = factsOf(config, definition)
    this.baseUrl = facts.baseUrl
    this.dialects = new Set(facts.dialects)
    this.operations = endpointsOf(facts)
    this.#configured = new Map([
      ...config.models.map(model => [this.canonical(model.id), model] as const).reverse(),
      ...config.models.map(model => [model.id, model] as const),
    ])
    this.wires = wiresFrom(folders?.get(config.type), facts.dialects, dialects)
    this.#spoken = new Set(facts.dialects.flatMap(name => this.wires.get(name) ?? []))
    this.limits = limits
    this.translation = { ...translation, ...(settings['translation'] as Partial<TranslationOptions> | undefined) }
    this.settings = facts.settings
    this.#transport = signed(transportOf(this, limits), this)
    this.#listing = facts.listingUrl === undefined ? this.#transport : signed(httpTransport(facts.listingUrl, config, limits), this)
    const proxy = definition.answer !== undefined || facts.baseUrl === undefined ? undefined : proxyFor(facts.baseUrl, config)
    this.proxy = proxy === undefined ? undefined : shownProxy(proxy)
    this.headers = new ProviderHeaders(this.settings, definition, facts.defaultHeaders)
  }

  /** Where an operation is served; undefined if this provider has none such. */
  endpoint(operation: string): EndpointPlace | undefined {
    return this.operations.get(operation)
  }

  /** The one spelling of a model's id, of several that mean the same. */
  canonical(model: string): string {
    return this.definition.canonical?.(model) ?? model
  }

  /** What the configuration says of a model, however its id is spelled. */
  configured(model: string): ConfiguredModel | undefined {
    return this.#configured.get(model) ?? this.#configured.get(this.canonical(model))
  }

  /** The dialect of a caller, if it is spoken here: what it says goes along with calls. */
  spoken(dialect: Dialect | undefined): Dialect | undefined {
    return dialect !== undefined && (this.dialects.has(dialect.name) || this.#spoken.has(dialect)) ? dialect : undefined
  }

  /** Which headers of a caller go along with a call that is not translated; lower case. */
  callerHeaders(dialect: Dialect | undefined): readonly string[] {
    const own = this.definition.callerHeaders ?? []
    const further = this.spoken(dialect)?.callerHeaders
    if (further === undefined || own.length === 0) return further ?? own
    return [...new Set([...own, ...further])]
  }

  /** What a caller's own query adds to such a call, with its question mark. */
  queryOf({ query }: { readonly query: string }, dialect: Dialect | undefined): string {
    return this.definition.callerQuery === true || this.spoken(dialect)?.callerQuery === true ? query : ''
  }

  /** How many calls wait for a connection. Counted when asked. */
  get queued(): number {
    return this.#transport.queued ?? 0
  }

  /** Starts one call. */
  send(call: OutgoingCall, listener: ReplyListener): Call {
    if (call.further !== undefined) return fanOut((one, heard) => this.send(one, heard), call, listener)
    return this.#transport.send(call, listener)
  }

  /** Asks for the models that the provider offers. @throws Error if it does not say */
  async models(timeoutMs: number): Promise<readonly ModelEntry[]> {
    const place = this.endpoint('models')
    if (place === undefined) return []
    const headers = () => this.headers.of(['Accept', 'application/json'], { key: this.keys.take() })
    return await listModels({ place, definition: this.definition, transport: this.#listing, headers }, timeoutMs)
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
}

/** All that are loaded, and those of this provider as its type names them: a path is one from its own file. */
function wiresFrom(folder = '/', names: readonly string[], loaded: ProviderInstance['wires']): ProviderInstance['wires'] {
  const own = names.map(name => [name, loaded.get(nameFrom(name, folder))] as const)
  return new Map([...loaded, ...own.flatMap(([name, dialect]) => (dialect === undefined ? [] : [[name, dialect] as const]))])
}

function transportOf({ name, baseUrl, config, definition: { answer }, settings }: ProviderInstance, limits: ProviderLimits): Transport {
  if (answer !== undefined) return new InProcessTransport(answer, settings)
  if (baseUrl === undefined) throw new Error(`providers.${name} has no base_url`)
  return httpTransport(baseUrl, config, limits)
}

function httpTransport(baseUrl: string, config: ProviderConfig, limits: ProviderLimits): Transport {
  return new HttpTransport({ baseUrl, ...limits, proxyUrl: proxyFor(baseUrl, config) })
}
