/** A YAML text as plain values, each with the place where it was written. */

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, ErrorCode, Pair, Scalar, YAMLError } from 'yaml'
import type { Place, Problem } from '../problems/place.ts'
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

/** Parses a file that holds one map. Of a broken text, the first flaw is told: what follows may only follow from it. A member's place is its key, an item's its first character. */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const survey = new Survey(file, lines)
  const [flaw] = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0])
  if (flaw !== undefined) return { file, value: {}, places: new Map(), problems: [{ ...survey.locate(flaw.pos[0], ''), message: sentence(flaw) }] }
  survey.visit(document.contents, '')
  return { file, ...plainMap(document, survey), places: survey.places }
}

function plainMap(document: Document, survey: Survey): Pick<YamlFile, 'value' | 'problems'> {
  const place = survey.locate(0, '')
  try {
    const value: unknown = document.toJS() ?? {}
    if (isTree(value)) return { value, problems: survey.problems }
    return { value: {}, problems: [{ ...place, expected: 'map', message: 'expected map' }] }
  } catch {
    return { value: {}, problems: [{ ...place, message: 'too many aliases' }] }
  }
}

/** Walks a document once: notes places, finds repeated keys, keeps the spelling of numbers that start with 0. */
class Survey {
  readonly places = new Map<string, Place>()
  readonly problems: Problem[] = []
  readonly #file: string
  readonly #lines: LineCounter

  constructor(file: string, lines: LineCounter) {
    this.#file = file
    this.#lines = lines
  }

  locate(offset: number, pointer: string): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), pointer }
  }

  visit(node: unknown, pointer: string): void {
    if (isMap(node)) for (const pair of node.items) this.#visitPair(pair, pointer)
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) this.#visitItem(item, join(pointer, index))
    else if (isScalar(node)) keepLeadingZero(node)
  }

  #visitPair({ key, value }: Pair, parent: string): void {
    const pointer = join(parent, String(isScalar(key) ? key.value : key))
    const place = this.locate(startOf(key), pointer)
    const first = this.places.get(pointer)
    if (first !== undefined) this.problems.push({ ...place, message: `the key stands twice, first in line ${first.line}` })
    this.places.set(pointer, first ?? place)
    this.visit(value, pointer)
  }

  #visitItem(item: unknown, pointer: string): void {
    this.places.set(pointer, this.locate(startOf(item), pointer))
    if (!isAlias(item)) this.visit(item, pointer)
  }
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

/** `00123` may be meant as text; the schema decides. */
function keepLeadingZero(scalar: Scalar): void {
  if (typeof scalar.value === 'number' && scalar.source !== undefined && /^[-+]?0\d/.test(scalar.source)) scalar.value = scalar.source
}

/** What most likely happened, where the parser says what it means to the grammar. */
const hints: Readonly<Partial<Record<ErrorCode, string>>> = {
  BLOCK_AS_IMPLICIT_KEY: 'either the next line is indented too far, or a text with ": " in it needs quotes',
  BLOCK_IN_FLOW: 'either a comma is missing, or a text with ": " in it needs quotes',
}

function sentence({ code, message }: YAMLError): string {
  const hint = hints[code]
  return `not valid YAML: ${message.split('\n', 1)[0] ?? ''}${hint === undefined ? '' : `; ${hint}`}`
}
