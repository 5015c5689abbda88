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
const openingList = 0x5b
const closingList = 0x5d
/** Of more behind a member, all is sooner read. */
const longestRest = 4096
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
  /** Where the object begins, and where it has ended. */
  readonly start: number
  readonly end: number
}

/**
 * @example
 * const tokens = new CountReader(['total', 'details.cached'])
 * tokens.read(Buffer.from('{"total":3,"details":{"cached":1}}'), 0) // { counts: [3, 1], start: 0, end: 34 }
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
   * @returns undefined if all of it must be read: it is no object, holds something else than whole numbers, `null`, plain texts and objects of such, or a
   * wanted member twice, or is not what JSON allows
   */
  read(bytes: Buffer, at: number): Counts | undefined {
    this.#bytes = bytes
    const counts = (this.#counts = Array<number | undefined>(this.#length).fill(undefined))
    const end = this.#object(at, this.#wanted, true)
    this.#bytes = nothing
    return end < 0 ? undefined : { counts, start: at, end }
  }

  /**
   * The same of the last member of that name, if it stands in the object that is so many objects deep: 1 is the text's own. What stands before it is not looked
   * at, and of what stands behind it only the brackets: quotes inside texts would be escaped.
   */
  readLast(bytes: Buffer, name: string, depth: number): Counts | undefined {
    const at = bytes.lastIndexOf(`"${name}"`)
    if (at < 0 || bytes[at - 1] === backslash) return undefined
    const separator = behindSpace(bytes, at + name.length + 2)
    const found = bytes[separator] === colon ? this.read(bytes, behindSpace(bytes, separator + 1)) : undefined
    return found !== undefined && closes(bytes, found.end, depth) ? found : undefined
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
    if (member !== undefined && this.#isKnown(member)) return -1
    switch (this.#bytes[at]) {
      case opening:
        return isOuter ? this.#object(at, member?.inside ?? [], false) : -1
      case firstOfNull:
        return this.#spells('null', at) ? at + 4 : -1
      case quote:
        return this.#text(at)
      default:
        return this.#number(at, member)
    }
  }

  /** Whether it was there before: the last one would count. */
  #isKnown({ index, inside }: Wanted): boolean {
    return (index >= 0 && this.#counts[index] !== undefined) || inside.some(({ index: within }) => this.#counts[within] !== undefined)
  }

  /** As `service_tier` is one. */
  #text(at: number): number {
    const end = this.#name(at)
    return end < 0 ? -1 : end + 1
  }

  #number(from: number, member: Wanted | undefined): number {
    const bytes = this.#bytes
    let at = from
    let count = 0
    for (let digit = 0; (digit = (bytes[at] ?? 0) - zero) >= 0 && digit <= 9; at += 1) count = 10 * count + digit
    const digits = at - from
    if (digits === 0 || digits > mostDigits || (digits > 1 && bytes[from] === zero)) return -1
    if (member !== undefined && member.index >= 0) this.#counts[member.index] = count
    return at
  }
}

/** Whether the text ends with the end of the object that is so many objects around a place. */
function closes(bytes: Buffer, from: number, depth: number): boolean {
  if (bytes.length - from > longestRest) return false
  let around = depth
  let inside = 0
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] as number
    if (around === 0 && !isSpace(byte)) return false
    if (byte === quote) at = endOfText(bytes, at)
    else if (byte === opening || byte === openingList) inside += 1
    else if (byte !== closing && byte !== closingList) continue
    else if (inside > 0) inside -= 1
    else if (byte === closing) around -= 1
    else return false
  }
  return around === 0
}

/** @returns where the quote is that ends it; where the bytes end if there is none */
function endOfText(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at
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
