/** A YAML text as plain values, each with the place where it was written. */

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, ErrorCode, Pair, Scalar, YAMLError } from 'yaml'
import type { Place, Problem } from '../problems/place.ts'
import { isNamedSecret, redacted } from '../conceal.ts'
import { isTree, join } from '../pointer.ts'
import type { Tree } from '../pointer.ts'

export interface YamlFile {
  /** Its path. */
  readonly file: string
  /** Empty if the text is empty or broken. */
  readonly value: Tree
  readonly places: ReadonlyMap<string, Place>
  readonly problems: readonly Problem[]
}

/** Parses a file that holds one map. What an alias or a merge key (`<<`) takes over is as if it was written there, and its place is where it stands. Of a broken text, the first flaw is told: what follows may only follow from it. A member's place is its key, an item's its first character. */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true })
  const survey = new Survey(file, lines, document)
  const [flaw] = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0])
  if (flaw !== undefined) return { file, value: {}, places: new Map(), problems: [{ ...survey.locate(flaw.pos[0], ''), message: sentence(flaw) }] }
  survey.visit(document.contents, '')
  if (survey.unknownAliases.length > 0) return { file, value: {}, places: survey.places, problems: survey.unknownAliases }
  const { value, problems } = plainMap(document, survey)
  if (problems.length === 0) survey.visitTakenOver()
  return { file, value, problems, places: survey.places }
}

function plainMap(document: Document, survey: Survey): Pick<YamlFile, 'value' | 'problems'> {
  const place = survey.locate(0, '')
  try {
    const value = unshared(document.toJS() ?? {})
    if (isTree(value)) return { value, problems: survey.problems }
    return { value: {}, problems: [{ ...place, expected: 'map', message: 'expected map' }] }
  } catch (cause) {
    const why = cause instanceof ReferenceError ? 'too many aliases' : (cause as Error).message
    return { value: {}, problems: [{ ...place, message: `not valid YAML: ${why}` }] }
  }
}

/** A copy in which nothing stands twice: what a variable sets in one place must not change another. @throws Error where something is a part of itself */
function unshared(value: unknown, within: readonly unknown[] = []): unknown {
  if (within.includes(value)) throw new Error('an alias stands in what it stands for')
  if (Array.isArray(value)) return value.map(item => unshared(item, [...within, value]))
  return isTree(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unshared(item, [...within, value])])) : value
}

/** Walks a document once: notes places, finds repeated keys, keeps the spelling of numbers that start with 0. */
class Survey {
  readonly places = new Map<string, Place>()
  readonly problems: Problem[] = []
  readonly unknownAliases: Problem[] = []
  readonly #file: string
  readonly #lines: LineCounter
  readonly #document: Document
  /** What stands elsewhere, by where it is taken over. */
  readonly #takenOver: (readonly [pointer: string, source: unknown])[] = []

  constructor(file: string, lines: LineCounter, document: Document) {
    this.#file = file
    this.#lines = lines
    this.#document = document
  }

  locate(offset: number, pointer: string): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), pointer }
  }

  visit(node: unknown, pointer: string): void {
    if (isMap(node)) for (const pair of node.items) this.#visitPair(pair, pointer)
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) this.#visitItem(item, join(pointer, index))
    else if (isScalar(node)) keepLeadingZero(node)
    else if (isAlias(node)) this.#noteTakenOver(pointer, node)
  }

  #noteTakenOver(pointer: string, source: unknown): void {
    this.#takenOver.push([pointer, source])
    if (!isAlias(source) || source.resolve(this.#document) !== undefined) return
    const name = isNamedSecret(pointer) ? redacted : source.source
    const message = `no &${name} stands before *${name}; ${starNeedsQuotes}`
    this.unknownAliases.push({ ...this.locate(startOf(source), pointer), message })
  }

  /** Notes the places of what is taken over, where nothing is written; for a document that is known to end. */
  visitTakenOver(): void {
    for (const [pointer, source] of this.#takenOver) this.#takeOver(source, pointer)
  }

  #takeOver(source: unknown, pointer: string): void {
    const node = isAlias(source) ? source.resolve(this.#document) : source
    const items = isSeq(node) ? [...node.items.entries()] : []
    for (const [index, item] of items) this.#takeOverMember(join(pointer, index), item, item)
    for (const { key, value } of isMap(node) ? node.items : []) {
      if (isMerge(key)) for (const merged of isSeq(value) ? value.items : [value]) this.#takeOver(merged, pointer)
      else this.#takeOverMember(join(pointer, nameOf(key)), key, value)
    }
  }

  #takeOverMember(pointer: string, key: unknown, value: unknown): void {
    if (this.places.has(pointer)) return
    this.places.set(pointer, this.locate(startOf(key), pointer))
    this.#takeOver(value, pointer)
  }

  #visitPair({ key, value }: Pair, parent: string): void {
    if (isMerge(key)) {
      for (const merged of isSeq(value) ? value.items : [value]) this.#noteTakenOver(parent, merged)
      return
    }
    const pointer = join(parent, nameOf(key))
    const place = this.locate(startOf(key), pointer)
    const first = this.places.get(pointer)
    if (first !== undefined) this.problems.push({ ...place, message: `the key stands twice, first in line ${first.line}` })
    this.places.set(pointer, first ?? place)
    this.visit(value, pointer)
  }

  #visitItem(item: unknown, pointer: string): void {
    this.places.set(pointer, this.locate(startOf(item), pointer))
    this.visit(item, pointer)
  }
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

/** `<<` without quotes. */
function isMerge(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

/** `00123` may be meant as text; the schema decides. */
function keepLeadingZero(scalar: Scalar): void {
  if (typeof scalar.value === 'number' && scalar.source !== undefined && /^[-+]?0\d/.test(scalar.source)) scalar.value = scalar.source
}

const starNeedsQuotes = 'a text that begins with * needs quotes'

/** What most likely happened, where the parser says what it means to the grammar. */
const hints: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: starNeedsQuotes,
  BLOCK_AS_IMPLICIT_KEY: 'either the next line is indented too far, or a text with ": " in it needs quotes',
  TAG_RESOLVE_FAILED: 'a text that begins with ! needs quotes',
  BLOCK_IN_FLOW: 'either a comma is missing, or a text with ": " in it needs quotes',
}

function sentence({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and one is read: files are not merged'
  const hint = hints[code]
  return `not valid YAML: ${withoutText(message)}${hint === undefined ? '' : `; ${hint}`}`
}

/** Some messages end with what stands in the file, which may be a secret. */
function withoutText(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/(?<=tag|characters|token in YAML \w+|found): .*/, '')
}
