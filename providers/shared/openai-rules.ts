/** The edits that calls of OpenAI's models need, wherever those are served. */

import type { JsonDocument, JsonNode, RespellFacts } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { parseDataUrl } from '../../core/neutral/media.ts'
import { clampedEffort, clampedReasoning, dropEffort, flatEffort } from './effort.ts'
import { drop, stopHere, tokensField } from './fields.ts'
import { openAiFacts, type ModelOf, type OpenAiFacts } from './openai-models.ts'
import { all, forChat, mayMention, messagesOf, partsOf, said, textOf, type Rule } from './rule.ts'

export function openAiRules(modelOf: ModelOf): Rule {
  const facts = (call: RespellFacts) => openAiFacts(modelOf(call), call.settings)
  return all(
    forChat(flatEffort, inlineFiles, withoutState, (body, call) => forModel(facts(call))(body, call)),
    (body, call) => {
      if (call.dialect === 'openai-responses') forResponses(facts(call), body, call)
    },
  )
}

function forModel(facts: OpenAiFacts): Rule {
  const { isChat, reasoning, efforts } = facts
  if (isChat === true) return tokensField('max_completion_tokens')
  if (reasoning !== true) return all(oneLimit, withoutEffort(facts))
  return all(tokensField('max_completion_tokens'), defaultSampling, withoutLogprobs, stopHere, (body, { losses }) => {
    if (efforts !== undefined) clampedEffort(body, efforts, losses)
  })
}

/** Of two limits, the newer name stays. */
const oneLimit: Rule = body => {
  if (said(body.root, 'max_completion_tokens') !== undefined && body.root.get('max_tokens') !== undefined) body.unset(body.root, 'max_tokens')
}

function withoutEffort({ thinking }: OpenAiFacts): Rule {
  return (body, { losses }) => {
    const effort = textOf(said(body.root, 'reasoning_effort'))
    if (thinking !== 'none' || effort === undefined) return
    body.unset(body.root, 'reasoning_effort')
    dropEffort(effort, losses)
  }
}

/** Models that think take these at their defaults only. */
const defaultSampling: Rule = (body, call) => {
  drop(call.model, ...moved(body), 'presence_penalty', 'frequency_penalty', 'logit_bias')(body, call)
}

function moved({ root }: JsonDocument): readonly string[] {
  return ['temperature', 'top_p'].filter(name => Number(said(root, name)?.value() ?? 1) !== 1)
}

const withoutLogprobs: Rule = (body, call) => {
  if (said(body.root, 'logprobs')?.value() === true) throw refusal('logprobs', `${call.model} gives no log probabilities`)
  drop(call.model, 'logprobs', 'top_logprobs')(body, call)
}

function forResponses({ reasoning, efforts }: OpenAiFacts, body: JsonDocument, call: RespellFacts): void {
  if (reasoning !== true) return
  drop(call.model, ...moved(body))(body, call)
  if (efforts !== undefined) clampedReasoning(body, efforts, call.losses)
}

/** State of OpenAI's own models comes from /responses, and goes there: chat completions refuse the member that carries it. */
const withoutState: Rule = (body, { losses }) => {
  if (!mayMention(body, 'extra_content')) return
  for (const { node } of messagesOf(body)) {
    for (const holder of [node, ...(said(node, 'tool_calls')?.items() ?? [])]) {
      if (holder.get('extra_content') === undefined) continue
      body.unset(holder, 'extra_content')
      losses.silent('messages.extra_content', 'not taken by OpenAI')
    }
  }
}

/** Files that come with the call need a name, and texts are no files. */
const inlineFiles: Rule = body => {
  if (!mayMention(body, 'file_data')) return
  for (const { node, at } of partsOf(messagesOf(body))) {
    const file = textOf(node.get('type')) === 'file' ? said(node, 'file') : undefined
    const data = textOf(said(file, 'file_data'))
    if (file !== undefined && data !== undefined) inlineFile(body, node, file, parseDataUrl(data, `${at}.file.file_data`))
  }
}

function inlineFile(body: JsonDocument, part: JsonNode, file: JsonNode, media: { readonly mime: string; readonly data: string } | undefined): void {
  const name = textOf(said(file, 'filename'))
  if (media?.mime.startsWith('text/') === true) {
    const text = Buffer.from(media.data, 'base64').toString()
    body.replace(part, JSON.stringify({ type: 'text', text: `${name ?? 'document.txt'}\n${text}` }))
  } else if (name === undefined) body.set(file, 'filename', '"document.pdf"')
}
