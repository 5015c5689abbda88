/** The schema that a request asks its reply to match, as each dialect spells that. */

import type { Conversation } from '../../core/index.ts'

type Tree = Readonly<Record<string, unknown>>

/** @returns undefined if the request asks for none */
export function askedSchema(request: Conversation): object | undefined {
  const chat = treeOf(request.parameter('response_format'))
  const format =
    chat?.['type'] === 'json_schema'
      ? treeOf(chat['json_schema'])
      : (chat ??
        treeOf(treeOf(request.parameter('text'))?.['format']) ??
        treeOf(treeOf(request.parameter('output_config'))?.['format']) ??
        treeOf(request.parameter('output_format')))
  if (format?.['type'] === 'json_object') return { type: 'object' }
  return treeOf(format?.['schema'])
}

function treeOf(value: unknown): Tree | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : undefined
}
