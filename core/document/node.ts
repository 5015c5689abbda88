/** One value of a JSON document: read lazily from its bytes, or from what was put in their place since. */

import { JsonError } from './json-error.ts'
import { Pieces } from './pieces.ts'
import { scanChildren, scanDocument, type ChildSink } from './scan.ts'
import { mayHaveShadows } from './shadows.ts'

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

export interface JsonMember {
  /** Decoded. */
  readonly name: string
  readonly value: JsonNode
}

/**
 * A place in a document. It keeps its identity while the value in it changes, and every reading sees the edits made so far.
 * The first half of its methods is for everybody; the second is for `JsonDocument`, through which all edits are made.
 */
export class JsonNode {
  /** The text that this was read from: the bytes of the document, or those of a later edit. */
  readonly source: Buffer
  /** Where the value stood in `source`. */
  readonly start: number
  readonly end: number

  /** All that belongs to this child in its container: from behind one separator to the next, name and white space included. */
  readonly #from: number
  readonly #to: number
  readonly #nameStart: number
  readonly #nameEnd: number

  #parent: JsonNode | undefined
  #children: readonly JsonNode[] | undefined
  #decoded: string | undefined
  /** What stands here now, if not the text in `source`. */
  #replacement: JsonNode | undefined
  /** Spells what shall stand here, as soon as somebody looks. */
  #pending: (() => string) | undefined
  /** Whether this, or anything inside, is no longer what `source` says. Then so is everything around it. */
  #edited = false

  constructor(parent: JsonNode | undefined, source: Buffer, from: number, nameStart: number, nameEnd: number, start: number, end: number, to: number) {
    this.#parent = parent
    this.source = source
    this.#from = from
    this.#nameStart = nameStart
    this.#nameEnd = nameEnd
    this.start = start
    this.end = end
    this.#to = to
  }

  /** The value that a whole text is. @throws JsonError */
  static read(source: Buffer): JsonNode {
    return JsonNode.scan(source).root
  }

  /** The same, and what was found on the way. @throws JsonError */
  static scan(source: Buffer): { readonly root: JsonNode; readonly hasPlainNumbers: boolean } {
    const children = new Children(source, 1)
    const { start, end, hasPlainNumbers } = scanDocument(source, children)
    const root = new JsonNode(undefined, source, start, 0, 0, start, end, end)
    root.adopt(children.nodes)
    return { root, hasPlainNumbers }
  }

  get kind(): JsonKind {
    const { source, start } = this.#now()
    switch (source[start]) {
      case 0x7b:
        return 'object'
      case 0x5b:
        return 'array'
      case 0x22:
        return 'string'
      case 0x74:
      case 0x66:
        return 'boolean'
      case 0x6e:
        return 'null'
      default:
        return 'number'
    }
  }

  /** The member of that name, the last if there are several; `undefined` also if this is no object. */
  get(name: string): JsonNode | undefined {
    const children = this.children
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]
      if (child?.isNamed(name) === true) return child
    }
    return undefined
  }

  /** The members of an object, duplicates too; none of anything else. */
  members(): readonly JsonMember[] {
    if (this.kind !== 'object') return []
    return this.children.map(value => ({ name: value.#name(), value }))
  }

  /** The items of an array; none of anything else. */
  items(): readonly JsonNode[] {
    return this.kind === 'array' ? this.children : []
  }

  /** Every string value at or inside this one, in order, but no names. One pass, however deep it goes. */
  strings(): readonly JsonNode[] {
    const found: JsonNode[] = []
    this.#collectStrings(found)
    return found
  }

  /** Decoded as `JSON.parse` does. */
  value(): unknown {
    switch (this.kind) {
      case 'string':
        return this.string()
      case 'boolean':
        return this.json() === 'true'
      case 'number':
        return Number(this.json())
      case 'null':
        return null
      default:
        return this.#decode(this.json())
    }
  }

  /** The decoded text of a string. @throws TypeError if this is none, JsonError if the scan was too lenient with it */
  string(): string {
    if (this.kind !== 'string') throw new TypeError(`a JSON ${this.kind} is no string`)
    const now = this.#now()
    return (now.#decoded ??= now.#decodeString())
  }

  /** The value as it is spelled. */
  json(): string {
    return this.#edited ? this.bytes().toString() : this.source.toString('utf8', this.start, this.end)
  }

  /** The same in bytes, which are those of the body while nobody edited it. */
  bytes(): Buffer {
    if (!this.#edited) return this.source.subarray(this.start, this.end)
    const pieces = new Pieces()
    this.write(pieces)
    return pieces.join()
  }

  // For JsonDocument from here on.

  get edited(): boolean {
    return this.#edited
  }

  /** The root of the tree that this is in; itself, when it was replaced or removed. */
  get top(): JsonNode {
    return this.#parent?.top ?? this
  }

  /** Members or items. The list is never changed: edits make a new one. */
  get children(): readonly JsonNode[] {
    const now = this.#now()
    return (now.#children ??= now.#readChildren(0))
  }

  isNamed(name: string): boolean {
    const { source } = this
    const start = this.#nameStart + 1
    const length = this.#nameEnd - 1 - start
    if (length < name.length) return false
    for (let i = 0; i < length; i++) {
      const byte = source[start + i] ?? 0
      if (byte === 0x5c || byte > 0x7e) return this.#name() === name
      if (byte !== name.charCodeAt(i)) return false
    }
    return length === name.length
  }

  /** The name of a member as those know it who do not mind upper and lower case; undefined if that is how it is spelled. */
  get foldedName(): string | undefined {
    for (let at = this.#nameStart + 1; at < this.#nameEnd - 1; at++) {
      const byte = this.source[at] ?? 0
      if ((byte < 0x41 || byte > 0x5a) && byte !== 0x5c && byte <= 0x7e) continue
      const name = this.#name()
      // Both ways: there are letters that are lower case, and whose upper case is that of another one.
      const folded = name.toUpperCase().toLowerCase()
      return folded === name ? undefined : folded
    }
    return undefined
  }

  /** Makes these the children. */
  adopt(children: readonly JsonNode[]): void {
    this.#children = children
    for (const child of children) child.#parent = this
  }

  /** Puts another value in this place; nodes inside the old one are cut off. @throws JsonError if `json` is none */
  become(json: string): void {
    const replacement = JsonNode.read(Buffer.from(json))
    const old = this.#now()
    for (const child of old.#children ?? []) child.#parent = undefined
    if (old !== this) old.#parent = undefined
    this.#children = undefined
    this.#replacement = replacement
    replacement.#parent = this
    this.#markEdited()
  }

  /** `become`, when somebody next looks at this value or at one around it. */
  becomeLater(spell: () => string): void {
    this.#pending = spell
    this.#markEdited()
  }

  isPending(spell: () => string): boolean {
    return this.#pending === spell
  }

  /** Puts in a child before the one at `index`: the one that `container` has, an array or object as JSON. @throws JsonError */
  add(index: number, container: string): void {
    const [child, further] = JsonNode.read(Buffer.from(container)).children
    if (child === undefined || further !== undefined) throw new JsonError('not one JSON value', 0)
    const now = this.#now()
    now.#children = this.children.toSpliced(index, 0, child)
    child.#parent = now
    now.#markEdited()
  }

  /** Takes out the other children. */
  keep(isKept: (child: JsonNode) => boolean): void {
    const kept: JsonNode[] = []
    for (const child of this.children) {
      if (isKept(child)) kept.push(child)
      else child.#parent = undefined
    }
    const now = this.#now()
    now.#children = kept
    now.#markEdited()
  }

  /**
   * Takes out, at this level and all below, each member with a text behind which its object has another of that name; but for mere names.
   * @param isDoubtful whether it is known already that there may be some
   * @returns whether there were any
   */
  unshadow(isDoubtful = false): boolean {
    const now = this.#now()
    if (now.#edited) return now.#unshadowChildren(false)
    if (!isDoubtful && !mayHaveShadows(now.source, now.start, now.end)) return false
    now.#children ??= now.#readChildren(all)
    return now.#unshadowChildren(true)
  }

  /** The same tree for another document. What nobody edited is read again when it is asked for, but for the children of the root. */
  copy(parent?: JsonNode): JsonNode {
    const copy = new JsonNode(parent, this.source, this.#from, this.#nameStart, this.#nameEnd, this.start, this.end, this.#to)
    if (this.#edited || parent === undefined) {
      this.#settle()
      copy.#edited = this.#edited
      copy.#replacement = this.#replacement?.copy(copy)
      copy.#children = this.#children?.map(child => child.copy(copy))
    }
    return copy
  }

  /** Spells the value, what nobody edited byte for byte. */
  write(pieces: Pieces): void {
    const now = this.#now()
    if (now !== this) now.write(pieces)
    else if (this.#edited) this.#writeContainer(pieces)
    else pieces.add(this.source, this.start, this.end)
  }

  #now(): JsonNode {
    if (this.#pending !== undefined) this.#settle()
    return this.#replacement ?? this
  }

  #settle(): void {
    const spell = this.#pending
    this.#pending = undefined
    if (spell !== undefined) this.become(spell())
  }

  #name(): string {
    const spelled = this.source.toString('latin1', this.#nameStart + 1, this.#nameEnd - 1)
    return plainName.test(spelled) ? spelled : (this.#decode(this.source.toString('utf8', this.#nameStart, this.#nameEnd)) as string)
  }

  #decodeString(): string {
    const spelled = this.source.toString('utf8', this.start, this.end)
    return spelled.includes('\\') ? (this.#decode(spelled) as string) : spelled.slice(1, -1)
  }

  #decode(json: string): unknown {
    try {
      return JSON.parse(json)
    } catch (cause) {
      throw new JsonError('a string that cannot be decoded', this.start, cause)
    }
  }

  #collectStrings(found: JsonNode[]): void {
    if (this.kind === 'string') return void found.push(this)
    const now = this.#now()
    now.#children ??= now.#readChildren(all)
    for (const child of now.#children) child.#collectStrings(found)
  }

  #readChildren(levels: number): readonly JsonNode[] {
    if (!isContainer(this.source, this.start)) return none
    const children = new Children(this.source, levels, this)
    scanChildren(this.source, this.start, this.end, children)
    return children.nodes
  }

  #unshadowChildren(areDoubtful: boolean): boolean {
    let found = this.#keepLast()
    for (const child of this.children) found = child.unshadow(areDoubtful) || found
    return found
  }

  #keepLast(): boolean {
    if (this.kind !== 'object') return false
    const last = new Map(this.children.map(child => [child.#name(), child]))
    if (last.size === this.children.length) return false
    const kept = new Set(this.children.filter(child => last.get(child.#name()) === child || !child.#hidesText(this.#parent === undefined)))
    if (kept.size === this.children.length) return false
    this.keep(child => kept.has(child))
    return true
  }

  /** Whether a shadowed member holds what might be meant for whoever reads the conversation. */
  #hidesText(isOfRoot: boolean): boolean {
    return !(isOfRoot && mere.has(this.#name())) && this.strings().length > 0
  }

  #markEdited(): void {
    if (this.#edited) return
    this.#edited = true
    if (this.#parent !== undefined) this.#parent.#markEdited()
  }

  #writeContainer(pieces: Pieces): void {
    const { source, start, end, children } = this
    pieces.add(source, start, start + 1)
    children.forEach((child, i) => child.#writeChild(pieces, i > 0))
    pieces.add(source, closing(source, end), end)
  }

  #writeChild(pieces: Pieces, follows: boolean): void {
    const hasComma = this.source[this.#from - 1] === 0x2c
    if (follows && !hasComma) pieces.add(comma, 0, 1)
    pieces.add(this.source, follows && hasComma ? this.#from - 1 : this.#from, this.start)
    this.write(pieces)
    pieces.add(this.source, this.end, this.#to)
  }
}

/** Members of a body that name somebody or something: no part of a conversation. */
const mere: ReadonlySet<string> = new Set(['model', 'user'])

/** What JSON spells as it is. */
const plainName = /^[ !#-[\]-~]*$/

/** Levels of children: of all that is inside. */
const all = Number.POSITIVE_INFINITY
/** So many objects of a list are made nodes before somebody asks for them. */
const mostUnasked = 1_000

/** Makes nodes of the children that a scan reports. */
class Children implements ChildSink {
  readonly nodes: JsonNode[] = []
  /** Whether none is missing. */
  isWhole = true
  readonly #source: Buffer
  readonly #levels: number
  readonly #most: number
  readonly #parent: JsonNode | undefined
  #inside: Children | undefined

  /** @param levels below them that are made nodes in the same pass: `all`, or 1 for lists of objects, such as messages, which would else be scanned again as soon as somebody looks at them */
  constructor(source: Buffer, levels: number, parent?: JsonNode, most = all) {
    this.#source = source
    this.#levels = levels
    this.#parent = parent
    this.#most = most
  }

  inside(start: number): Children | undefined {
    return (this.#inside = this.#insideOf(start))
  }

  #insideOf(start: number): Children | undefined {
    if (this.#levels === 0) return undefined
    if (this.#levels === all) return isContainer(this.#source, start) ? new Children(this.#source, all) : undefined
    return beginsListOfObjects(this.#source, start) ? new Children(this.#source, this.#levels - 1, undefined, mostUnasked) : undefined
  }

  /** White space behind the last child belongs to the closing bracket, so that children can be appended before it. */
  child(from: number, nameStart: number, nameEnd: number, start: number, end: number, to: number): void {
    if (this.nodes.length === this.#most) this.isWhole = false
    if (!this.isWhole) return
    const ends = this.#source[to] === 0x2c ? to : end
    const node = new JsonNode(this.#parent, this.#source, from, nameStart, nameEnd, start, end, ends)
    if (this.#inside?.isWhole === true) node.adopt(this.#inside.nodes)
    this.nodes.push(node)
  }
}

const none: readonly JsonNode[] = []

const comma = Buffer.from(',')

function beginsListOfObjects(source: Buffer, start: number): boolean {
  if (source[start] !== 0x5b) return false
  let at = start + 1
  while ((source[at] ?? 0x7b) <= 0x20) at++
  return source[at] === 0x7b
}

function isContainer(source: Buffer, start: number): boolean {
  return source[start] === 0x7b || source[start] === 0x5b
}

/** Where the closing bracket of a container begins, with the white space before it. */
function closing(source: Buffer, end: number): number {
  let at = end - 1
  while ((source[at - 1] ?? 0) <= 0x20) at--
  return at
}
