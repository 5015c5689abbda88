/** Calls that OpenAI's models take on another endpoint than the one that the caller spoke to. */

import type { CallFacts, JsonDocument, JsonNode } from '../../core/index.ts'
import { openAiFacts, type ModelOf, type OpenAiFacts } from './openai-models.ts'
import { stopsOf } from './fields.ts'
import { hasTools, mayMention, messagesOf, partsOf, said, textOf } from './rule.ts'

/** What `learn` says of a model that takes tools on /responses only. */
export const toolsByResponses = (model: string): string => `tools-by-responses:${model}`

/** The dialect that a call has to take; undefined if it may go as it is. */
export function openAiDetour(modelOf: ModelOf): (body: JsonDocument, call: CallFacts) => string | undefined {
  return (body, call) => {
    const facts = openAiFacts(modelOf(call), call.settings)
    if (call.dialect === 'openai-responses') return undefined
    if (needsResponses(body, call, facts)) return 'openai-responses'
    if (call.dialect !== 'openai-chat') return undefined
    // What the model refuses and Tapline does for it: sequences to stop at, and what were functions before there were tools.
    return facts.reasoning === true && (stopsOf(body).length > 0 || usesFunctions(body)) ? 'openai-chat' : undefined
  }
}

function needsResponses(body: JsonDocument, call: CallFacts, { responses = 'never', reasoning }: OpenAiFacts): boolean {
  if (responses === 'always' || hasForeignPart(body)) return true
  if (!hasTools(body)) return false
  if (responses === 'tools' || call.learned?.has(toolsByResponses(call.model)) === true) return true
  return responses === 'thinking' && reasoning === true && !isIdle(body)
}

/** Whether the caller has switched thinking off. */
function isIdle({ root }: JsonDocument): boolean {
  return (
    textOf(said(root, 'reasoning_effort')) === 'none' ||
    textOf(said(said(root, 'reasoning'), 'effort')) === 'none' ||
    textOf(said(said(root, 'thinking'), 'type')) === 'disabled'
  )
}

function usesFunctions(body: JsonDocument): boolean {
  return (
    said(body.root, 'functions') !== undefined ||
    (mayMention(body, '"function_call"') && messagesOf(body).some(({ node }) => said(node, 'function_call') !== undefined))
  )
}

/** Whether there is a part that chat completions do not take where it stands. */
function hasForeignPart(body: JsonDocument): boolean {
  const mayHaveFile = mayMention(body, '"file"') || mayMention(body, '"document"')
  return (mayHaveFile && hasFileUrl(body)) || ((mayHaveFile || mayMention(body, '"image')) && hasRichResult(body))
}

/** A file by its address: chat completions take its content only. */
function hasFileUrl(body: JsonDocument): boolean {
  return partsOf(messagesOf(body)).some(({ node }) => {
    const file = said(node, 'file')
    const address = textOf(said(file, 'file_url')) ?? textOf(said(file, 'file_data')) ?? textOf(said(said(node, 'source'), 'url'))
    return ['file', 'document'].includes(textOf(node.get('type')) ?? '') && address !== undefined && /^https?:/i.test(address)
  })
}

/** An image or a file that a tool gave: with chat completions tools give text only. */
function hasRichResult(body: JsonDocument): boolean {
  return messagesOf(body).some(message => {
    const results =
      textOf(message.node.get('role')) === 'tool' ? [message] : partsOf([message]).filter(({ node }) => textOf(node.get('type')) === 'tool_result')
    return partsOf(results).some(({ node }) => isRich(node))
  })
}

function isRich(part: JsonNode): boolean {
  return ['image_url', 'image', 'input_image', 'file', 'input_file', 'document'].includes(textOf(part.get('type')) ?? '')
}
