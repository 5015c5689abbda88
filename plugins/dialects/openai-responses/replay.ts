/** A plain reply as the stream that it would have been. */

import type { JsonDocument } from '../../../core/document/document.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { listOf, objectOf } from '../../../core/neutral/lenient.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import { done, refusalPart, spellEvent, summaryPart, type Members } from './spelling.ts'

type Write = (type: string, members: Members) => void

const endings = new Set(['completed', 'incomplete', 'failed'])

export function replay(reply: JsonDocument): string {
  const response = objectOf(parseJson(reply.render().toString()))
  let sequence = 0
  let events = ''
  const write: Write = (type, members) => {
    events += spellEvent(type, sequence++, members)
  }
  const begun = beginning(response)
  write('response.created', { response: begun })
  write('response.in_progress', { response: begun })
  listOf(response['output']).forEach((item, index) => writeItem(objectOf(item), index, write))
  const status = response['status'] ?? 'completed'
  if (typeof status === 'string' && endings.has(status)) write(`response.${status}`, { response })
  return events + done
}

/** A response before anything was said. */
function beginning(response: JsonObject): JsonObject {
  const { completed_at: _end, ...rest } = response
  return { ...rest, status: 'in_progress', error: null, incomplete_details: null, output: [], usage: null }
}

function writeItem(item: JsonObject, index: number, write: Write): void {
  const place: Members = { ...(item['id'] === undefined ? {} : { item_id: item['id'] }), output_index: index }
  write('response.output_item.added', { output_index: index, item: begunItem(item) })
  switch (item['type']) {
    case 'message':
      listOf(item['content']).forEach((part, at) => writePart(objectOf(part), { ...place, content_index: at }, write))
      break
    case 'reasoning':
      listOf(item['summary']).forEach((part, at) => writeSummary(objectOf(part), { ...place, summary_index: at }, write))
      listOf(item['content']).forEach((part, at) => writePart(objectOf(part), { ...place, content_index: at }, write))
      break
    case 'function_call':
      writeText('response.function_call_arguments', place, item['arguments'], { name: item['name'], arguments: item['arguments'] }, write)
      break
    case 'custom_tool_call':
      writeText('response.custom_tool_call_input', place, item['input'], { input: item['input'] }, write)
  }
  write('response.output_item.done', { output_index: index, item })
}

function begunItem(item: JsonObject): Members {
  const status = item['status'] === undefined ? {} : { status: 'in_progress' }
  switch (item['type']) {
    case 'message':
      return { ...item, ...status, content: [] }
    case 'reasoning': {
      const { content: _content, encrypted_content: _encrypted, extra_content: _extra, ...rest } = item
      return { ...rest, ...status, summary: [] }
    }
    case 'function_call':
      return { ...item, ...status, arguments: '' }
    case 'custom_tool_call':
      return { ...item, ...status, input: '' }
    default:
      return { ...item, ...status }
  }
}

function writePart(part: JsonObject, place: Members, write: Write): void {
  switch (part['type']) {
    case 'output_text': {
      const annotations = listOf(part['annotations'])
      write('response.content_part.added', { ...place, part: { ...part, text: '', annotations: [], logprobs: [] } })
      writeText('response.output_text', place, part['text'], undefined, write, { logprobs: part['logprobs'] ?? [] })
      annotations.forEach((annotation, at) => write('response.output_text.annotation.added', { ...place, annotation_index: at, annotation }))
      write('response.output_text.done', { ...place, text: part['text'], logprobs: part['logprobs'] ?? [] })
      break
    }
    case 'refusal':
      write('response.content_part.added', { ...place, part: refusalPart('') })
      writeText('response.refusal', place, part['refusal'], { refusal: part['refusal'] }, write)
      break
    case 'reasoning_text':
      write('response.content_part.added', { ...place, part: { ...part, text: '' } })
      writeText('response.reasoning_text', place, part['text'], { text: part['text'] }, write)
      break
    default:
      write('response.content_part.added', { ...place, part })
  }
  write('response.content_part.done', { ...place, part })
}

function writeSummary(part: JsonObject, place: Members, write: Write): void {
  write('response.reasoning_summary_part.added', { ...place, part: summaryPart('') })
  writeText('response.reasoning_summary_text', place, part['text'], { text: part['text'] }, write)
  write('response.reasoning_summary_part.done', { ...place, part })
}

/** A text in one piece, and whole. */
function writeText(stem: string, place: Members, text: Json | undefined, whole: Members | undefined, write: Write, more: Members = {}): void {
  if (typeof text === 'string' && text !== '') write(`${stem}.delta`, { ...place, delta: text, ...more })
  if (whole !== undefined) write(`${stem}.done`, { ...place, ...whole })
}
