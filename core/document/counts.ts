/** Whole numbers in an object of JSON, and in objects in it, read where they stand: to make those objects costs several times as much. */

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c
const opening = 0x7b
const closing = 0x7d
const firstOfNull = 0x6e
const space = 0x20
const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const zero = 0x30
/** So many digits a double keeps. */
const mostDigits = 15

const nothing = Buffer.alloc(0)

/** A member that is wanted: for its count, or for what is in it. */
interface Wanted {
  readonly name: string
  /** Among the counts; -1 for none. */
  readonly index: number
  readonly inside: readonly Wanted[]
}

export interface Counts {
  /** In the order of the paths; undefined is not there, or null. */
  readonly counts: readonly (number | undefined)[]
  /** Behind the object. */
  readonly end: number
}

/**
 * @example
 * const tokens = new CountReader(['total', 'details.cached'])
 * tokens.read(Buffer.from('{"total":3,"details":{"cached":1}}'), 0) // { counts: [3, 1], end: 34 }
 */
export class CountReader {
  readonly #wanted: readonly Wanted[]
  readonly #length: number
  /** What is being read. */
  #counts: (number | undefined)[] = []
  #bytes: Buffer = nothing

  /** @param paths names of members, or of members of members: `outer.inner` */
  constructor(paths: readonly string[]) {
    this.#wanted = wantedOf(paths.map((path, index) => ({ names: path.split('.'), index })))
    this.#length = paths.length
  }

  /**
   * @param at where it begins
   * @returns undefined if all of it must be read: it is no object, holds something else than whole numbers, `null` and objects of such, or a wanted
   * member twice, or is not what JSON allows
   */
  read(bytes: Buffer, at: number): Counts | undefined {
    this.#bytes = bytes
    const counts = (this.#counts = Array<number | undefined>(this.#length).fill(undefined))
    const end = this.#object(at, this.#wanted, true)
    this.#bytes = nothing
    return end < 0 ? undefined : { counts, end }
  }

  /** @returns behind it; -1 if all must be read */
  #object(from: number, wanted: readonly Wanted[], isOuter: boolean): number {
    const bytes = this.#bytes
    if (bytes[from] !== opening) return -1
    let at = behindSpace(bytes, from + 1)
    if (bytes[at] === closing) return at + 1
    for (;;) {
      const nameEnd = this.#name(at)
      if (nameEnd < 0) return -1
      const member = this.#member(wanted, at + 1, nameEnd)
      at = behindSpace(bytes, nameEnd + 1)
      if (bytes[at] !== colon) return -1
      at = behindSpace(bytes, this.#value(behindSpace(bytes, at + 1), member, isOuter))
      if (bytes[at] === closing) return at + 1
      if (bytes[at] !== comma) return -1
      at = behindSpace(bytes, at + 1)
    }
  }

  /** @returns where the name ends that begins there; -1 if there is none, or none that is spelled as it is */
  #name(at: number): number {
    const bytes = this.#bytes
    if (bytes[at] !== quote) return -1
    for (let end = at + 1; end < bytes.length; end += 1) {
      const byte = bytes[end]
      if (byte === quote) return end
      if (byte === backslash || (byte as number) < space) return -1
    }
    return -1
  }

  #member(wanted: readonly Wanted[], from: number, to: number): Wanted | undefined {
    for (const member of wanted) if (member.name.length === to - from && this.#spells(member.name, from)) return member
    return undefined
  }

  #spells(name: string, from: number): boolean {
    const bytes = this.#bytes
    for (let i = 0; i < name.length; i += 1) if (bytes[from + i] !== name.charCodeAt(i)) return false
    return true
  }

  #value(at: number, member: Wanted | undefined, isOuter: boolean): number {
    const first = this.#bytes[at]
    if (first === opening) {
      if (!isOuter || member?.inside.some(({ index }) => this.#counts[index] !== undefined) === true) return -1
      return this.#object(at, member?.inside ?? [], false)
    }
    if (first === firstOfNull) return this.#spells('null', at) ? at + 4 : -1
    return this.#number(at, member)
  }

  #number(from: number, member: Wanted | undefined): number {
    const bytes = this.#bytes
    let at = from
    let count = 0
    for (let digit = 0; (digit = (bytes[at] ?? 0) - zero) >= 0 && digit <= 9; at += 1) count = 10 * count + digit
    const digits = at - from
    if (digits === 0 || digits > mostDigits || (digits > 1 && bytes[from] === zero)) return -1
    if (member === undefined || member.index < 0) return at
    if (this.#counts[member.index] !== undefined) return -1
    this.#counts[member.index] = count
    return at
  }
}

function behindSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at >= 0 && at < bytes.length && isSpace(bytes[at] as number)) at += 1
  return at
}

function isSpace(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === tab
}

function wantedOf(paths: readonly { readonly names: readonly string[]; readonly index: number }[]): readonly Wanted[] {
  const names = [...new Set(paths.map(({ names: [name = ''] }) => name))]
  return names.map(name => {
    const under = paths.filter(({ names: [first] }) => first === name)
    const inside = under.filter(({ names: { length } }) => length > 1).map(({ names: [, ...rest], index }) => ({ names: rest, index }))
    return { name, index: under.find(({ names: { length } }) => length === 1)?.index ?? -1, inside: wantedOf(inside) }
  })
}
