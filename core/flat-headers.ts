/** Headers as they travel: one flat list of name, value, name, value … Names are found in whatever case. */

/** The headers of a request, as they came. */
export interface GivenHeaders {
  /** Lower-case names; repeated ones joined, as Node joins them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As sent, flat. */
  readonly rawHeaders: readonly string[]
}

/** Headers as plugins and providers write them: values by names, or flat. */
export type WrittenHeaders = readonly string[] | Readonly<Record<string, string | readonly string[]>>

/** Headers as they travel. Several values of one name become several headers. */
export function flatHeaders(written: WrittenHeaders): readonly string[] {
  if (isFlat(written)) return written
  return Object.entries(written).flatMap(([name, values]) => [values].flat().flatMap(value => [name, value]))
}

function isFlat(written: WrittenHeaders): written is readonly string[] {
  return Array.isArray(written)
}

/** Some names of headers. */
export interface HeaderNames {
  /** @param name in lower case */
  has(name: string): boolean
}

/** Where the first header of that name stands; -1 if there is none. */
export function placeOfHeader(headers: readonly string[], name: string): number {
  const wanted = name.toLowerCase()
  for (let at = 0; at < headers.length; at += 2) if (isNamed(headers[at] as string, wanted)) return at
  return -1
}

function isNamed(given: string, wanted: string): boolean {
  return given.length === wanted.length && given.toLowerCase() === wanted
}

/** Whether there is a header of that name. */
export function hasHeader(headers: readonly string[], name: string): boolean {
  return placeOfHeader(headers, name) >= 0
}

/** The value of the first header of that name. */
export function headerIn(headers: readonly string[], name: string): string | undefined {
  const at = placeOfHeader(headers, name)
  return at < 0 ? undefined : headers[at + 1]
}

/** The values of all headers of that name. */
export function headersIn(headers: readonly string[], name: string): readonly string[] {
  const wanted = name.toLowerCase()
  return headers.filter((_, index) => index % 2 === 1 && isNamed(headers[index - 1] as string, wanted))
}

/** Names, as they are spelled, and values. */
export function headerPairs(headers: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : []))
}

/** Gives a list one header, in the place of those of that name. */
export function setHeader(headers: string[], name: string, value: string): void {
  for (let at = placeOfHeader(headers, name); at >= 0; at = placeOfHeader(headers, name)) headers.splice(at, 2)
  headers.push(name, value)
}

/** A list others of which take the place of all of their names. */
export function replaced(headers: readonly string[], others: readonly string[]): string[] {
  return [...withoutHeaders(headers, new Set(others.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()))), ...others]
}

/** @param names in lower case */
export function withoutHeaders(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!names.has((headers[i] as string).toLowerCase())) kept.push(headers[i] as string, headers[i + 1] as string)
  }
  return kept
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

/** Whether HTTP has room for all of a list. */
export function areSendable(headers: readonly unknown[]): boolean {
  if (headers.length % 2 === 1) return false
  for (let i = 0; i < headers.length; i += 2) if (!isSendable(headers[i], headers[i + 1])) return false
  return true
}

/** Those of a list that HTTP has room for. */
export function sendable(headers: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i], headers[i + 1]] as [string, string]
    if (isSendable(name, value)) kept.push(name, value)
  }
  return kept
}

function isSendable(name: unknown, value: unknown): boolean {
  return typeof name === 'string' && typeof value === 'string' && isName(name) && !unsendable.test(value)
}

/** Most messages carry the same names. */
const knownNames = new Set<string>()
const mostKnown = 500

function isName(name: string): boolean {
  if (knownNames.has(name)) return true
  if (!headerName.test(name)) return false
  if (knownNames.size < mostKnown) knownNames.add(name)
  return true
}
