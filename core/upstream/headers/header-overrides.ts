/** What the operator says of the headers of calls to one provider: fixed ones, or those of callers. */

import { forwardedHeaders, type CallerHeaders } from './forwarded-headers.ts'
import { hasHeader, replaced } from '../../flat-headers.ts'
import { isOverridable } from './header-names.ts'
import type { ProviderSettings } from '../../plugin/provider.ts'

/** The transport writes these itself. */
const ofTransport: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])
/** Fixed headers of these names are sent only where the call has none. */
const standing: ReadonlySet<string> = new Set(['accept-encoding', 'content-type'])

export class HeaderOverrides {
  readonly #fixed: readonly (readonly [name: string, value: string])[]
  /** Whether headers of callers go along, by lower-case names; undefined if none do. */
  readonly #passes: ((name: string) => boolean) | undefined

  /** @param authHeader the header that carries the provider's key */
  constructor(settings: ProviderSettings, authHeader: string) {
    const {
      custom_upstream_headers: fixed = {},
      passthrough_user_headers: isOpen = false,
      passthrough_user_headers_skip: listed = [],
      passthrough_user_headers_skip_mode: mode = 'skip',
    } = settings as Overrides
    const auth = authHeader.toLowerCase()
    const named = new Set(listed.map(nameOf))
    this.#fixed = isOpen
      ? []
      : Object.entries(fixed)
          .map(([name, value]) => [name.trim(), value] as const)
          .filter(([name]) => !ofTransport.has(name.toLowerCase()))
    this.#passes = isOpen ? name => isOverridable(name) && name !== auth && named.has(name) === (mode === 'allow') : undefined
  }

  /** Flat headers as they are after this. @param caller absent for calls that no client made */
  applied(headers: string[], caller: CallerHeaders | undefined): string[] {
    if (this.#fixed.length > 0) return replaced(headers, this.#fixed.filter(([name]) => !standing.has(name.toLowerCase()) || !hasHeader(headers, name)).flat())
    return this.#passes === undefined || caller === undefined ? headers : replaced(headers, this.ofCaller(caller))
  }

  /** Those of a caller that go along, flat. */
  ofCaller(caller: CallerHeaders): string[] {
    return this.#passes === undefined ? [] : forwardedHeaders(caller, this.#passes)
  }
}

interface Overrides {
  readonly custom_upstream_headers?: Readonly<Record<string, string>>
  readonly passthrough_user_headers?: boolean
  readonly passthrough_user_headers_skip?: readonly string[]
  readonly passthrough_user_headers_skip_mode?: 'skip' | 'allow'
}

function nameOf(written: string): string {
  return written.trim().toLowerCase()
}
