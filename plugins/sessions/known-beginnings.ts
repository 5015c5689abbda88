/** Digests of how conversations begin: agents send the same long instructions and tools with every call, and to compare these costs a fraction of hashing them. */

import { createHash } from 'node:crypto'

/** Agents at work at one time seldom have more. The one that came first is forgotten. */
const mostBeginnings = 32
/** Longer ones would take too much memory. */
const longestLength = 256 * 1024
/** Shorter ones stand for themselves. */
const shortestLength = 1024

interface Beginning {
  readonly texts: readonly string[]
  readonly tools: Buffer
  readonly digest: string
}

export class KnownBeginnings {
  readonly #known: Beginning[] = []

  /** What is the same for the same instructions and tools, and for no others. @param tools as they are spelled */
  mark(texts: readonly string[], tools: readonly Buffer[]): string {
    let length = 0
    for (const text of texts) length += text.length
    for (const tool of tools) length += tool.length
    if (length < shortestLength) return joined(texts) + tools.join()
    if (length > longestLength) return digestOf(texts, tools)
    return this.#known.find(beginning => isThat(beginning, texts, tools))?.digest ?? this.#learn(texts, tools)
  }

  #learn(texts: readonly string[], tools: readonly Buffer[]): string {
    const digest = digestOf(texts, tools)
    if (this.#known.length === mostBeginnings) this.#known.shift()
    this.#known.push({ texts, tools: Buffer.concat(tools), digest })
    return digest
  }
}

/** Lengths keep texts apart. */
export function joined(texts: readonly string[]): string {
  let whole = ''
  for (const text of texts) whole += `${text.length}:${text}`
  return whole
}

function digestOf(texts: readonly string[], tools: readonly Buffer[]): string {
  const sum = createHash('sha256').update(joined(texts))
  for (const tool of tools) sum.update(tool)
  return sum.digest('hex')
}

function isThat(beginning: Beginning, texts: readonly string[], tools: readonly Buffer[]): boolean {
  if (beginning.texts.length !== texts.length || !beginning.texts.every((text, at) => text === texts[at])) return false
  let from = 0
  for (const tool of tools) {
    const to = from + tool.length
    if (to > beginning.tools.length || beginning.tools.compare(tool, 0, tool.length, from, to) !== 0) return false
    from = to
  }
  return from === beginning.tools.length
}
