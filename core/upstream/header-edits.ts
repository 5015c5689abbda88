/** Edits of headers that policy asks for: what is removed, set and added, in this order. */

/** Patterns of names and values that a header can have. */
export const headerName = '^[!#$%&\'*+.^_`|~0-9A-Za-z-]+$'
export const headerValue = '^[\\t\\x20-\\x7e\\x80-\\xff]*$'

/** Lower-case names of headers that carry credentials. */
const credentials: ReadonlySet<string> = new Set([
  'authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate', 'x-api-key', 'api-key', 'xi-api-key', 'x-goog-api-key', 'x-auth-token', 'x-access-token',
  'x-amz-security-token', 'x-tapline-key', 'x-gomodel-key', 'cookie', 'set-cookie',
])

/** Lower-case names of headers that say how a message is carried and spelled, and which one it is. */
const transport: ReadonlySet<string> = new Set([
  'host', 'content-length', 'content-type', 'content-encoding', 'accept-encoding', 'connection', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'trailers', 'transfer-encoding', 'upgrade',
  'expect', 'x-request-id', 'request-id',
])

/** Why policy must not touch a header; undefined if it may. */
export function untouchable(name: string): 'credentials' | 'transport' | undefined {
  const lower = name.toLowerCase()
  if (credentials.has(lower)) return 'credentials'
  return transport.has(lower) ? 'transport' : undefined
}

/** Why policy refuses to touch a header, for people; undefined if it does not. */
export function refusalToTouch(name: string): string | undefined {
  const why = untouchable(name)
  return why === undefined ? undefined : `${name} ${why === 'credentials' ? 'carries credentials' : 'belongs to the transport of messages'}, and is left alone`
}

export interface HeaderChanges {
  readonly remove?: readonly string[]
  /** In the place of all of that name; an empty value removes them. */
  readonly set?: Readonly<Record<string, string>>
  /** Beside those of that name. */
  readonly add?: Readonly<Record<string, string>>
}

/** Something that changes the headers of a call. */
export interface HeaderEditing {
  /** Flat headers as they are afterwards; those that it is given stay as they are. */
  flat(headers: readonly string[]): string[]
}

export class HeaderEdits implements HeaderEditing {
  readonly #dropped: ReadonlySet<string>
  readonly #given: readonly string[]

  constructor({ remove = [], set = {}, add = {} }: HeaderChanges) {
    this.#dropped = new Set([...remove, ...Object.keys(set)].map(name => name.toLowerCase()))
    this.#given = [...Object.entries(set).filter(([, value]) => value !== ''), ...Object.entries(add)].flat()
  }

  get isEmpty(): boolean {
    return this.#dropped.size === 0 && this.#given.length === 0
  }

  /** Flat headers as they are after the edits. */
  flat(headers: readonly string[]): string[] {
    return [...without(headers, this.#dropped), ...this.#given]
  }

  /** Headers by their lower-case names, as they are after the edits. */
  named<Value>(headers: Readonly<Record<string, Value | string>>): Record<string, Value | string> {
    const given = this.#given.flatMap((name, i): [string, string][] => i % 2 === 0 ? [[name.toLowerCase(), this.#given[i + 1] as string]] : [])
    return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !this.#dropped.has(name))), ...Object.fromEntries(given) }
  }
}

/** Whether flat headers have one of that name. */
export function hasHeader(headers: readonly string[], name: string): boolean {
  const wanted = name.toLowerCase()
  return headers.some((given, index) => index % 2 === 0 && given.toLowerCase() === wanted)
}

/** Flat headers, others of which take the place of all of their names. */
export function replaced(headers: readonly string[], others: readonly string[]): string[] {
  return [...without(headers, new Set(others.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()))), ...others]
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!names.has((headers[i] as string).toLowerCase())) kept.push(headers[i] as string, headers[i + 1] as string)
  }
  return kept
}
