/** A rough count of the tokens of a prompt, where nobody counts exactly. */

import type { Block, NeutralRequest, Tool } from './request.ts'

const charactersPerToken = 4
const messageTokens = 4
const toolTokens = 12
export const imageTokens = 1200
/** Of a file that is no text; nobody knows its pages. */
export const fileTokens = 2000

/** The tokens of a request: one for four characters, and what messages, tools and images cost besides. At least 1. */
export function estimateTokens({ system, turns, tools, output }: NeutralRequest): number {
  const blocks = turns.flatMap(turn => turn.blocks)
  const characters =
    sum(system.map(({ text }) => text.length)) +
    sum(blocks.map(charactersOf)) +
    sum(tools.map(charactersOfTool)) +
    (output?.kind === 'json_schema' ? lengthOf(output.schema) : 0)
  const overhead = (turns.length + system.length) * messageTokens + tools.length * toolTokens + sum(blocks.map(mediaTokens))
  return Math.max(1, Math.ceil(characters / charactersPerToken) + overhead)
}

/** The same of a text. */
export function estimateCharacters(characters: number): number {
  return Math.max(1, Math.ceil(characters / charactersPerToken))
}

/** The same of a body that nobody can read: its bytes. */
export function estimateBytes(bytes: number): number {
  return estimateCharacters(bytes)
}

function charactersOf(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return block.text.length
    case 'tool_call':
      return block.name.length + block.argumentsText.length
    case 'tool_result':
      return sum(block.blocks.map(charactersOf))
    case 'file':
      return (block.name?.length ?? 0) + (block.context?.length ?? 0) + (block.source.kind === 'text' ? block.source.text.length : 0)
    case 'image':
    case 'audio':
    case 'video':
      return 0
  }
}

function mediaTokens(block: Block): number {
  switch (block.type) {
    case 'image':
      return imageTokens
    case 'audio':
    case 'video':
      return fileTokens
    case 'file':
      return block.source.kind === 'text' ? 0 : fileTokens
    case 'tool_result':
      return sum(block.blocks.map(mediaTokens))
    default:
      return 0
  }
}

function charactersOfTool({ name, description, schema, custom, hosted }: Tool): number {
  return name.length + (description?.length ?? 0) + lengthOf(schema) + lengthOf(custom) + lengthOf(hosted)
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
