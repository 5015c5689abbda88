/** A function call whose arguments come value by value, each with its JSON path, over several parts. */

import type { Json, JsonObject } from '../../../core/index.ts'
import { objectsIn, textIn } from './fields.ts'

type Tree = { [name: string]: Json | Tree }

export class PartialCall {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly signature: string | undefined
  readonly #args: Tree = {}

  constructor(call: JsonObject, signature: string | undefined) {
    this.id = textIn(call, 'id')
    this.name = textIn(call, 'name')
    this.signature = signature
  }

  take(call: JsonObject): void {
    for (const piece of objectsIn(call, 'partialArgs')) {
      const steps = stepsOf(textIn(piece, 'jsonPath') ?? '')
      if (steps.length > 0) put(this.#args, steps, piece)
    }
  }

  get argumentsText(): string {
    return JSON.stringify(this.#args)
  }
}

/** `$.a.b[0]['c']` as names and indexes. */
function stepsOf(path: string): readonly (string | number)[] {
  return Array.from(path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/g), ([, name, index, single, double]) =>
    index === undefined ? (name ?? single ?? double ?? '') : Number(index),
  )
}

function put(root: Tree, steps: readonly (string | number)[], piece: JsonObject): void {
  let place: Tree = root
  for (const [at, step] of steps.entries()) {
    const next = steps[at + 1]
    const before = Object.hasOwn(place, step) ? place[step] : undefined
    if (next === undefined) define(place, step, valueOf(piece, before))
    else if (typeof before === 'object' && before !== null) place = before as Tree
    else {
      const inner = (typeof next === 'number' ? [] : {}) as Tree
      define(place, step, inner)
      place = inner
    }
  }
}

/** Also a member named `__proto__` is plain data. */
function define(place: Tree, step: string | number, value: Json | Tree): void {
  Object.defineProperty(place, step, { value, enumerable: true, configurable: true, writable: true })
}

/** Texts come in pieces; other values whole. */
function valueOf(piece: JsonObject, before: Json | Tree | undefined): Json {
  const text = textIn(piece, 'stringValue')
  if (text !== undefined) return typeof before === 'string' ? before + text : text
  return piece['numberValue'] ?? piece['boolValue'] ?? null
}
