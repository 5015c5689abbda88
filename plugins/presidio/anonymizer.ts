/** What stands in the place of a find, and how values come back in the reply of the same exchange. */

import { hash } from 'node:crypto'
import type { Conversation, Exchange, Message, OptionsOf, Role, TextPart } from '../../core/index.ts'
import { replaceFindings, type Finding } from '../shared/guard/findings.ts'
import { PlaceholderFormat, placeholdersFor, type Placeholders } from '../shared/guard/placeholders.ts'
import type { schema } from './schema.ts'

/** A text, whose it is, and what was found in it. */
export interface Analyzed {
  readonly part: TextPart
  readonly message: Message
  readonly findings: readonly Finding[]
}

type Options = OptionsOf<typeof schema>

export class Anonymizer {
  readonly #options: Options
  readonly #restoredRoles: ReadonlySet<Role>
  readonly #placeholdersOf: (exchange: Exchange) => Placeholders

  constructor(options: Options) {
    this.#options = options
    this.#placeholdersOf = placeholdersFor(new PlaceholderFormat(options.placeholder_format))
    this.#restoredRoles = new Set(options.restore && options.operator === 'replace' ? options.restore_roles : [])
  }

  prompt(exchange: Exchange, conversation: Conversation, texts: readonly Analyzed[]): void {
    const placeholders = this.#placeholdersOf(exchange)
    placeholders.reserve(conversation)
    // Of equal values those come first that stay masked.
    const ordered = [...texts].sort((one, other) => Number(this.#isRestored(one)) - Number(this.#isRestored(other)))
    for (const text of ordered) text.part.rewrite(this.#anonymized(text, placeholders, this.#isRestored(text)))
    // An answer with one caller's values in it is none for another who only asked alike.
    if (placeholders.isRestorable) exchange.cache = 'bypass'
  }

  reply(exchange: Exchange, conversation: Conversation, texts: readonly Analyzed[]): void {
    const placeholders = this.#placeholdersOf(exchange)
    placeholders.reserve(conversation)
    for (const text of texts) text.part.rewrite(this.#anonymized(text, placeholders, false))
    if (!placeholders.isRestorable) return
    for (const message of conversation.messages) this.#restore(message, placeholders)
  }

  #restore({ parts }: Message, placeholders: Placeholders): void {
    let tool: string | undefined
    for (const part of parts) {
      if (part.type === 'tool_call') tool = toolOf(part.value)
      if (part.type !== 'text' || (part.channel === 'tool_arguments' && !this.#reaches(tool))) continue
      part.rewrite(placeholders.restore(part.text))
    }
  }

  #reaches(tool: string | undefined): boolean {
    return this.#options.restore_tools && (tool === undefined || !this.#options.restore_tools_exclude.includes(tool))
  }

  #isRestored({ message }: Analyzed): boolean {
    return this.#restoredRoles.has(message.role)
  }

  #anonymized({ part, findings }: Analyzed, placeholders: Placeholders, isRestorable: boolean): string {
    // A placeholder may look like something to an analyzer.
    const standing = placeholders.spans(part.text)
    const strange = findings.filter(({ start, end }) => !standing.some(span => start < span.end && span.start < end))
    return replaceFindings(part.text, strange, (value, { entity }) => {
      switch (this.#options.operator) {
        case 'mask':
          return '*'.repeat([...value].length)
        case 'redact':
          return ''
        case 'hash':
          return hash('sha256', value)
        case 'replace':
          return placeholders.of(entity, value, isRestorable)
      }
    })
  }
}

/** The name of the tool, as any of the dialects spells a call. */
function toolOf(call: unknown): string | undefined {
  const { name, function: called } = (call ?? {}) as { readonly name?: unknown; readonly function?: { readonly name?: unknown } }
  const said = name ?? called?.name
  return typeof said === 'string' ? said : undefined
}
