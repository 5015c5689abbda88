/** Rules: edits that spell a body the way one vendor wants it. */

import { said } from '../../core/document/readings.ts'
import { Words } from '../../core/document/words.ts'
import { memoize } from '../../core/memoize.ts'
import type { JsonDocument, JsonNode, RespellFacts } from '../../core/index.ts'

export { said, stringOf as textOf } from '../../core/document/readings.ts'

export type Rule = (body: JsonDocument, call: RespellFacts) => void

/** The rules for chat completions, in order; other bodies stay as they are. */
export function forChat(...rules: readonly Rule[]): Rule {
  return (body, call) => {
    if (call.operation === 'chat' && call.dialect === 'openai-chat') for (const rule of rules) rule(body, call)
  }
}

/** The rules for OpenAI's embeddings. */
export function forEmbeddings(...rules: readonly Rule[]): Rule {
  return (body, call) => {
    if (call.operation === 'embeddings') for (const rule of rules) rule(body, call)
  }
}

export function all(...rules: readonly Rule[]): Rule {
  return (body, call) => {
    for (const rule of rules) rule(body, call)
  }
}

/** Whether a word may be in the body: of one that nobody edited its bytes tell, without looking at its parts. */
export function mayMention(body: JsonDocument, word: string): boolean {
  return wordsOf(word).mayBeIn(body)
}

/** A member of the body itself. One that nobody has looked into, such as a translated one, is not read where its bytes tell that it has none such. */
export function memberOf(body: JsonDocument, name: string): JsonNode | undefined {
  return body.isRead || mayMention(body, `"${name}"`) ? body.root.get(name) : undefined
}

/** Of all that rules ask about. */
const wordsOf = memoize(word => new Words(word))

/** A message, or a part of one, and its path in the caller's body. */
export interface Placed {
  readonly node: JsonNode
  readonly at: string
}

export function messagesOf({ root }: JsonDocument): readonly Placed[] {
  return (
    root
      .get('messages')
      ?.items()
      .map((node, index) => ({ node, at: `messages[${index}]` })) ?? []
  )
}

/** The parts of messages whose content is a list. */
export function partsOf(messages: readonly Placed[]): readonly Placed[] {
  return messages.flatMap(
    ({ node, at }) =>
      node
        .get('content')
        ?.items()
        .map((part, index) => ({ node: part, at: `${at}.content[${index}]` })) ?? [],
  )
}

export function hasTools({ root }: JsonDocument): boolean {
  return (said(root, 'tools')?.items().length ?? 0) > 0 || (said(root, 'functions')?.items().length ?? 0) > 0
}
