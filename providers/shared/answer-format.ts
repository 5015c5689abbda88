/** Rules for vendors that take no schema for an answer, or want to be told of JSON in words. */

import type { JsonDocument } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { memberOf, messagesOf, said, textOf, type Rule } from './rule.ts'

/** `json_object`: the vendor is asked for JSON, and the schema told in words; `prompt`: told in words only; `error`: refused. */
export type SchemaMode = 'forward' | 'json_object' | 'prompt' | 'error'

export function jsonSchema(mode: SchemaMode, vendor: string): Rule {
  return (body, { losses }) => {
    const format = mode === 'forward' ? undefined : memberOf(body, 'response_format')
    if (format === undefined || textOf(format.get('type')) !== 'json_schema') return
    if (mode === 'error') throw refusal('response_format', `${vendor} takes no JSON Schema for its answer`)
    const schema = said(said(format, 'json_schema'), 'schema')?.json()
    losses.drop('response_format', `${vendor} takes no JSON Schema: told in words`)
    tell(body, `Answer with one json object and nothing else${schema === undefined ? '' : `. It must be valid against this JSON Schema: ${schema}`}`)
    if (mode === 'json_object') body.replace(format, '{"type":"json_object"}')
    else body.unset(body.root, 'response_format')
  }
}

/** For vendors that refuse to answer in JSON unless a message speaks of it. */
export const sayJson: Rule = body => {
  if (textOf(said(said(body.root, 'response_format'), 'type')) !== 'json_object') return
  if (
    messagesOf(body).some(
      ({ node }) =>
        node
          .get('content')
          ?.strings()
          .some(text => /json/i.test(textOf(text) ?? '')) === true,
    )
  )
    return
  tell(body, 'Answer with one json object and nothing else')
}

/** Adds a system message behind those that lead. */
function tell(body: JsonDocument, text: string): void {
  const messages = body.root.get('messages')
  if (messages?.kind !== 'array') return
  const first = messages.items().findIndex(message => !['system', 'developer'].includes(textOf(message.get('role')) ?? ''))
  body.insert(messages, first < 0 ? messages.items().length : first, JSON.stringify({ role: 'system', content: text }))
}
