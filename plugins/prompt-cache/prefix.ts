/** What of a prompt stays as it is from call to call: the tools, the instructions, and all messages but the last. */

import { createHash } from 'node:crypto'
import type { Conversation, Message, Part } from '../../core/index.ts'
import { estimateBytes, fileTokens, imageTokens } from '../../core/neutral/estimate.ts'

export class Prefix {
  /** Of the messages that lead the conversation, how many belong to it. */
  readonly messages: number
  /** How many of these are instructions. */
  readonly headMessages: number
  /** Estimated, as is the other. */
  readonly tokens: number
  /** Of the tools and the instructions alone. */
  readonly headTokens: number
  readonly #tools: string
  readonly #stable: readonly Message[]

  constructor({ messages, tools }: Conversation) {
    this.#stable = messages.slice(0, -1)
    this.#tools = tools.length === 0 ? '' : JSON.stringify(tools)
    const speech = this.#stable.findIndex(({ role }) => role !== 'system' && role !== 'developer')
    this.messages = this.#stable.length
    this.headMessages = speech < 0 ? this.messages : speech
    this.headTokens = tokensOfText(this.#tools) + tokensOf(this.#stable.slice(0, this.headMessages))
    this.tokens = this.headTokens + tokensOf(this.#stable.slice(this.headMessages))
  }

  /** A name that is the same for all prompts with these tools and instructions. @param isHeadLong else the message that follows tells prompts apart, too */
  key(model: string, isHeadLong: boolean): string {
    const hash = createHash('sha256').update(JSON.stringify([model, this.#tools]))
    for (const { role, parts } of this.#stable.slice(0, this.headMessages + (isHeadLong ? 0 : 1))) hash.update(JSON.stringify([role, ...parts.map(said)]))
    return `tapline-${hash.digest('hex').slice(0, 32)}`
  }
}

function said(part: Part): unknown {
  return part.type === 'text' ? part.text : part.value
}

function tokensOf(messages: readonly Message[]): number {
  return messages.reduce((total, { parts }) => parts.reduce((sum, part) => sum + tokensOfPart(part), total), 0)
}

function tokensOfPart(part: Part): number {
  switch (part.type) {
    case 'text':
      return tokensOfText(part.text)
    case 'image':
      return imageTokens
    case 'audio':
    case 'file':
      return fileTokens
    case 'tool_call':
    case 'opaque':
      return 0
  }
}

function tokensOfText(text: string): number {
  return text === '' ? 0 : estimateBytes(Buffer.byteLength(text))
}
