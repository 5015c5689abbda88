/** Digests of how conversations begin: agents send the same long instructions and tools with every call, and to compare these costs a fraction of hashing them. */

import { createHash } from 'node:crypto'
import type { Message } from '../../core/index.ts'

/** Agents at work at one time seldom have more. The one that came first is forgotten. */
const mostBeginnings = 32
/** Longer ones would take too much memory. */
const longestLength = 256 * 1024
/** Shorter ones stand for themselves. */
const shortestLength = 1024

interface Beginning {
  readonly roles: string
  /** The messages and the tools as they are spelled, one behind the other. */
  readonly bytes: Buffer
  readonly mark: string
}

export class KnownBeginnings {
  readonly #known: Beginning[] = []

  /** What is the same for messages and tools that say the same, and for no others. Messages that are spelled as before are not read. @param tools as they are spelled */
  mark(messages: readonly Message[], tools: readonly Buffer[]): string {
    const pieces = [...messages.map(({ spelled }) => spelled), ...tools]
    const length = lengthOf(pieces)
    if (length < shortestLength || length > longestLength) return markOf(messages, tools)
    const roles = messages.map(({ role }) => role).join()
    return this.#known.find(beginning => isThat(beginning, roles, pieces))?.mark ?? this.#learn(messages, tools, { roles, bytes: Buffer.concat(pieces) })
  }

  #learn(messages: readonly Message[], tools: readonly Buffer[], spelling: Omit<Beginning, 'mark'>): string {
    const mark = markOf(messages, tools)
    if (this.#known.length === mostBeginnings) this.#known.shift()
    this.#known.push({ ...spelling, mark })
    return mark
  }
}

/** Who speaks, and what is said. */
export function factsOf({ role, parts }: Message): readonly string[] {
  const facts: string[] = [role]
  for (const part of parts) facts.push(part.type === 'text' ? part.text : JSON.stringify(part.value))
  return facts
}

/** Lengths keep texts apart. */
export function joined(texts: readonly string[]): string {
  let whole = ''
  for (const text of texts) whole += `${text.length}:${text}`
  return whole
}

function markOf(messages: readonly Message[], tools: readonly Buffer[]): string {
  const texts = messages.flatMap(factsOf)
  return lengthOf(texts) + lengthOf(tools) < shortestLength ? joined(texts) + tools.join() : digestOf(texts, tools)
}

function digestOf(texts: readonly string[], tools: readonly Buffer[]): string {
  const sum = createHash('sha256').update(joined(texts))
  for (const tool of tools) sum.update(tool)
  return sum.digest('hex')
}

function isThat({ roles, bytes }: Beginning, otherRoles: string, pieces: readonly Buffer[]): boolean {
  if (roles !== otherRoles) return false
  let from = 0
  for (const piece of pieces) {
    const to = from + piece.length
    if (to > bytes.length || bytes.compare(piece, 0, piece.length, from, to) !== 0) return false
    from = to
  }
  return from === bytes.length
}

function lengthOf(pieces: readonly { readonly length: number }[]): number {
  let length = 0
  for (const piece of pieces) length += piece.length
  return length
}
