/** Lossless JSON: read lazily from the bytes that came, edited by splices, with every byte outside an edit left as it was. */

import { JsonError } from './json-error.ts'
import { JsonNode } from './node.ts'
import { Pieces } from './pieces.ts'

export { JsonError } from './json-error.ts'
export { JsonNode, type JsonKind, type JsonMember } from './node.ts'

/**
 * One JSON body. Nodes belong to the document that they were read from; an edit of a node that is of another one, or was removed
 * or replaced in the meantime, throws rather than being lost. Texts given as `json` are checked, and go in as they are spelled.
 * @example
 * const body = JsonDocument.parse(bytes)
 * body.set(body.root, 'model', '"gpt-5"')
 * send(body.render())
 */
export class JsonDocument {
  /** As given. */
  readonly bytes: Buffer
  #root: JsonNode | undefined
  #rendered: Buffer | undefined
  #edits = 0
  readonly #hasPlainNumbers: boolean

  private constructor(bytes: Buffer, root?: JsonNode, hasPlainNumbers = false) {
    this.bytes = bytes
    this.#root = root
    this.#hasPlainNumbers = hasPlainNumbers
  }

  /** Checks all of the bytes and reads the members of the root. @throws JsonError */
  static parse(bytes: Buffer): JsonDocument {
    const { root, hasPlainNumbers } = JsonNode.scan(bytes)
    return new JsonDocument(bytes, root, hasPlainNumbers)
  }

  /** The same for what may be something else: undefined for what is no JSON. */
  static tryParse(bytes: Buffer): JsonDocument | undefined {
    try {
      return JsonDocument.parse(bytes)
    } catch (cause) {
      if (cause instanceof JsonError) return undefined
      throw cause
    }
  }

  /** What was spelled here, and need not be checked: it is read when somebody looks into it. */
  static of(bytes: Buffer): JsonDocument {
    return new JsonDocument(bytes)
  }

  /** Whether somebody has looked into it. */
  get isRead(): boolean {
    return this.#root !== undefined
  }

  get root(): JsonNode {
    return (this.#root ??= JsonNode.read(this.bytes))
  }

  /** How often it was edited: who compares two counts knows whether it was in between. */
  get edits(): number {
    return this.#edits
  }

  get edited(): boolean {
    return this.#root?.edited === true
  }

  /** Whether it is known that `JSON.parse` and `JSON.stringify` keep all numbers as they are spelled. */
  get hasPlainNumbers(): boolean {
    return this.#hasPlainNumbers && !this.edited
  }

  replace(node: JsonNode, json: string): void {
    this.#touch(node)
    node.become(json)
  }

  /**
   * Replaces the value by what `spell` says when somebody next looks: so many edits of a text that holds a document of its own are
   * spelled once. `spell` must not read this document.
   */
  replaceLater(node: JsonNode, spell: () => string): void {
    this.#touch(node)
    node.becomeLater(spell)
  }

  /** Replaces the value of a member, the last if there are several of that name; appends one if there is none. */
  set(object: JsonNode, name: string, json: string): void {
    this.#touch(object, 'object')
    const member = object.get(name)
    if (member === undefined) object.add(object.children.length, `{${JSON.stringify(name)}:${json}}`)
    else member.become(json)
  }

  /** Removes all members of that name. */
  unset(object: JsonNode, name: string): void {
    this.#touch(object, 'object')
    if (object.get(name) !== undefined) object.keep(member => !member.isNamed(name))
  }

  /**
   * Removes, everywhere, each member with a text behind which its object has another of that name: who reads the first, or all, then reads no text that is not read here.
   * @returns whether there were any; then nodes that were known before may be gone
   */
  unshadow(): boolean {
    if (!this.root.unshadow()) return false
    this.#rendered = undefined
    this.#edits += 1
    return true
  }

  /**
   * Removes the members of an object whose names are, but for upper and lower case, among these: some take them for those, among them all that are
   * written in Go.
   * @param names in lower case @returns whether there were any
   */
  unsetRecased(object: JsonNode, names: ReadonlySet<string>): boolean {
    const isRecased = ({ foldedName }: JsonNode) => foldedName !== undefined && names.has(foldedName)
    if (object.kind !== 'object' || !object.children.some(isRecased)) return false
    this.#touch(object)
    object.keep(member => !isRecased(member))
    return true
  }

  /** Inserts before the item that is at `index` now; the number of items appends. */
  insert(array: JsonNode, index: number, json: string): void {
    this.#touch(array, 'array')
    if (index < 0 || index > array.children.length) throw new RangeError(`no place ${index} in ${array.children.length} items`)
    array.add(index, `[${json}]`)
  }

  remove(array: JsonNode, ...items: readonly JsonNode[]): void {
    this.#touch(array, 'array')
    const present = new Set(array.children)
    const removed = new Set(items)
    if (!removed.isSubsetOf(present)) throw new Error('the item is not in this array')
    array.keep(item => !removed.has(item))
  }

  /** A document that begins where this one stands; edits of either do not show in the other. */
  fork(): JsonDocument {
    return new JsonDocument(this.bytes, this.root.copy(), this.#hasPlainNumbers)
  }

  /** The bytes with every edit spliced in; of an unedited document the very buffer that was given. */
  render(): Buffer {
    return this.edited ? (this.#rendered ??= this.#write()) : this.bytes
  }

  #touch(node: JsonNode, kind = node.kind): void {
    if (node.top !== this.root) throw new Error('the node is not, or no longer, in this document')
    if (node.kind !== kind) throw new TypeError(`a JSON ${node.kind} is no ${kind}`)
    this.#rendered = undefined
    this.#edits += 1
  }

  #write(): Buffer {
    const pieces = new Pieces()
    const { source, start, end } = this.root
    pieces.add(source, 0, start)
    this.root.write(pieces)
    pieces.add(source, end, source.length)
    return pieces.join()
  }
}
