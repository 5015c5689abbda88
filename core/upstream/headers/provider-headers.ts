/** The headers of calls to one provider. Each outweighs those before it: the defaults of the dialect, those of the provider, the operator's overrides, what policy changes, the key. */

import type { CallerHeaders } from './forwarded-headers.ts'
import { hasHeader, headerPairs, replaced } from '../../flat-headers.ts'
import type { HeaderEditing } from './header-edits.ts'
import type { ProviderDefinition, ProviderSettings } from '../../plugin/provider.ts'
import { HeaderOverrides } from './header-overrides.ts'

export interface HeaderFacts {
  readonly key?: string | undefined
  readonly requestId?: string | undefined
  /** Of a call that a client made, where the client's headers are not in it anyway. */
  readonly caller?: CallerHeaders | undefined
  /** Those of the dialect that the call is in. */
  readonly defaults?: Readonly<Record<string, string>> | undefined
  /** Headers that taps add. */
  readonly added?: readonly string[]
  /** What policy changes. */
  readonly edits?: readonly HeaderEditing[]
}

export class ProviderHeaders {
  readonly #definition: ProviderDefinition
  readonly #authHeader: string
  readonly #authScheme: string
  readonly #defaults: readonly (readonly [name: string, value: string])[]
  readonly #overrides: HeaderOverrides

  /** @param defaults of this instance, beside those of its type */
  constructor(settings: ProviderSettings, definition: ProviderDefinition, defaults: Readonly<Record<string, string>>) {
    this.#definition = definition
    this.#authHeader = (settings['auth_header'] as string | undefined) ?? definition.auth?.header ?? 'Authorization'
    this.#authScheme = (settings['auth_scheme'] as string | undefined) ?? (definition.auth === undefined ? 'Bearer' : (definition.auth.scheme ?? ''))
    this.#defaults = Object.entries({ ...definition.defaultHeaders, ...defaults })
    this.#overrides = new HeaderOverrides(settings, this.#authHeader)
  }

  /** Those that a call brings, flat, with what every call carries. They may be changed in place. */
  of(headers: string[], { key, requestId, caller, defaults = {}, added = [], edits = [] }: HeaderFacts): string[] {
    if (requestId !== undefined) headers.push(this.#definition.requestIdHeader ?? 'X-Request-Id', requestId)
    for (const [name, value] of this.#defaults) if (!hasHeader(headers, name)) headers.push(name, value)
    for (const name in defaults) if (!hasHeader(headers, name)) headers.push(name, defaults[name] as string)
    const overridden = this.#overrides.applied(headers, caller)
    if (added.length > 0) overridden.push(...added)
    return this.#withKey(
      edits.reduce((given, edit) => edit.flat(given), overridden),
      key,
    )
  }

  /** What a caller's own headers add to a call, in one order and spelling: calls that differ in it may be answered differently. @param names of those that go along by themselves */
  ofCaller(caller: CallerHeaders, names: readonly string[]): readonly string[] {
    const named = names.map(name => [name, String(caller.request.headers[name] ?? '')] as const)
    const passed = headerPairs(this.#overrides.ofCaller(caller))
    return [...named, ...passed].map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort()
  }

  #withKey(headers: string[], key: string | undefined): string[] {
    if (key === undefined) return headers
    const credential = this.#authScheme === '' ? key : `${this.#authScheme} ${key}`
    if (hasHeader(headers, this.#authHeader)) return replaced(headers, [this.#authHeader, credential])
    headers.push(this.#authHeader, credential)
    return headers
  }
}
