/** Finds what stands at a path: segment by segment, words before parameters. */

import { Offers } from '../shared/offers.ts'

/** What stands at one path, by method. */
export interface Found<T> {
  readonly byMethod: Offers<T>
  /** What the parameters of the pattern stand for, decoded, in their order. */
  readonly values: readonly string[]
}

interface Place<T> {
  readonly words: Map<string, Place<T>>
  parameter: Place<T> | undefined
  readonly byMethod: Offers<T>
}

export class RouteTable<T> {
  readonly #root: Place<T> = newPlace()

  /** @param pattern for example `/auth-keys/:id/deactivate`. @returns how to withdraw it */
  add(method: string, pattern: string, value: T): () => void {
    let place = this.#root
    for (const segment of segmentsOf(pattern)) place = segment.startsWith(':') ? (place.parameter ??= newPlace()) : wordOf(place, segment)
    return place.byMethod.add(method, value)
  }

  /** @param path as it was sent, not decoded */
  find(path: string): Found<T> | undefined {
    const segments = segmentsOf(path).map(decoded)
    return segments.every(segment => segment !== undefined && segment !== '') ? search(this.#root, segments as string[], 0, []) : undefined
  }

  /** Everything that stands in the table. */
  get all(): readonly T[] {
    return allBelow(this.#root)
  }
}

/** The names of a pattern's parameters, in their order. */
export function parameterNames(pattern: string): readonly string[] {
  return segmentsOf(pattern)
    .filter(segment => segment.startsWith(':'))
    .map(segment => segment.slice(1))
}

function newPlace<T>(): Place<T> {
  return { words: new Map(), parameter: undefined, byMethod: new Offers() }
}

function wordOf<T>({ words }: Place<T>, word: string): Place<T> {
  const known = words.get(word) ?? newPlace<T>()
  words.set(word, known)
  return known
}

/** One slash at the end changes nothing. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\/|\/$/g, '').split('/')
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function search<T>(place: Place<T>, segments: readonly string[], at: number, values: readonly string[]): Found<T> | undefined {
  const segment = segments[at]
  if (segment === undefined) return place.byMethod.names.length === 0 ? undefined : { byMethod: place.byMethod, values }
  const word = place.words.get(segment)
  const found = word === undefined ? undefined : search(word, segments, at + 1, values)
  return found ?? (place.parameter === undefined ? undefined : search(place.parameter, segments, at + 1, [...values, segment]))
}

function allBelow<T>({ words, parameter, byMethod }: Place<T>): readonly T[] {
  return [...byMethod.all, ...[...words.values(), ...(parameter === undefined ? [] : [parameter])].flatMap(allBelow)]
}
