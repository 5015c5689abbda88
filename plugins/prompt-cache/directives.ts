/** Whether a body says by itself what of it is to be cached. */

import type { JsonDocument, JsonNode } from '../../core/index.ts'
import { Words } from '../../core/document/words.ts'

/** What callers keep in these members says nothing to the provider's cache: schemas, arguments of tools, labels. */
const data = new Set(['parameters', 'parametersJsonSchema', 'input_schema', 'inputSchema', 'schema', 'properties', 'arguments', 'args', 'metadata'])
/** Names may be spelled by such. */
const escape = '\\u00'

export class Directives {
  readonly #names: ReadonlySet<string>
  readonly #words: Words

  constructor(names: Iterable<string>) {
    this.#names = new Set(names)
    this.#words = new Words(...this.#names, escape)
  }

  /** Whether one of the members is there and says something, at a place where a provider would see it. */
  isIn(body: JsonDocument): boolean {
    return this.#words.areIn(body.render()) && this.#isAt(body.root)
  }

  #isAt(node: JsonNode): boolean {
    if (node.kind === 'array') return node.items().some(item => this.#isAt(item))
    return node.members().some(({ name, value }) => {
      if (this.#names.has(name)) return value.kind !== 'null'
      return !data.has(name) && !isArgument(name, value) && this.#isAt(value)
    })
  }
}

/** The input of a tool's call is an object, that of Responses a list. */
function isArgument(name: string, { kind }: JsonNode): boolean {
  return name === 'input' && kind === 'object'
}
