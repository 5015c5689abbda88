/** How bodies of a dialect ask their provider to cache what prompts begin with. */

import type { JsonDocument } from '../document/document.ts'
import type { JsonObject } from './request.ts'
import type { Destination } from './translation.ts'

/** What is to be cached of a body: all but the last of its messages, with the tools and instructions before them. */
export interface CacheWish {
  /** Equal for prompts that begin alike: the same instructions and tools. At most 64 letters, digits and hyphens. */
  readonly key: string
  /** Whether the instructions and tools are long enough to be cached by themselves. */
  readonly isHeadLong: boolean
}

/** The side of a dialect that speaks of the provider's cache of prompts. */
export interface PromptCaching {
  /** The members by which callers direct that cache themselves, wherever they stand in a body. */
  readonly directives: readonly string[]
  /** Says in a body what to cache, as splices. Absent in dialects whose providers keep prompts as objects. */
  ask?(body: JsonDocument, wish: CacheWish, to: Destination): void
  /** How instructions and tools are kept as an object of the provider's, and referred to. */
  readonly object?: PromptObject
}

/** Instructions and tools that a provider keeps under a name. */
export interface PromptObject {
  /** The operation under which a provider makes such objects; one that does not serve it keeps none. */
  readonly operation: string
  /** The body of the call that makes one of what this body says, for `ttlSeconds`; undefined if there is nothing to keep. */
  make(body: JsonDocument, to: Destination, ttlSeconds: number): string | undefined
  /** The name of what was made; undefined if the provider's reply says none. */
  nameIn(reply: JsonObject): string | undefined
  /** Names the object in the place of what it keeps. */
  refer(body: JsonDocument, name: string): void
}
