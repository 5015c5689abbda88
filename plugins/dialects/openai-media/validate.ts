/** What the gateway checks of a JSON request; everything else is the provider's business. */

import { said } from '../../../core/document/readings.ts'
import { gatewayError, type JsonDocument, type JsonNode } from '../../../core/index.ts'
import { missing, wrongType } from '../../../core/neutral/members.ts'

type Check = (node: JsonNode, name: string) => void

/** By operation: the members that are read. Those of the first list are required. */
const members: Readonly<Record<string, readonly [required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>>]>> = {
  speech: [
    { model: filledText, input: filledText, voice: textOrObject },
    { response_format: text, stream_format: text },
  ],
  images: [{ model: filledText, prompt: filledText }, { stream: noStream }],
  rerank: [
    { model: filledText, query: filledText, documents },
    { top_n: positiveInteger, return_documents: flag },
  ],
  moderations: [{ input }, { model: text }],
}

/** @throws GatewayError naming the field */
export function checkMedia({ root }: JsonDocument, operation: string): void {
  const [required = {}, optional = {}] = members[operation] ?? []
  for (const [name, check] of Object.entries(required)) {
    const node = said(root, name)
    if (node === undefined) throw missing(name)
    check(node, name)
  }
  for (const [name, check] of Object.entries(optional)) {
    const node = said(root, name)
    if (node !== undefined) check(node, name)
  }
}

/** @throws GatewayError: such a reply would be an image in pieces, which nobody puts together */
export function refuseStream(): never {
  throw gatewayError('invalid_value', 'images cannot be streamed', { param: 'stream' })
}

function text(node: JsonNode, name: string): void {
  if (node.kind !== 'string') throw wrongType(name, 'a string')
}

function filledText(node: JsonNode, name: string): void {
  text(node, name)
  if (node.string().trim() === '') throw missing(name)
}

function textOrObject(node: JsonNode, name: string): void {
  if (node.kind !== 'string' && node.kind !== 'object') throw wrongType(name, 'a string or an object')
}

function flag(node: JsonNode, name: string): void {
  if (node.kind !== 'boolean') throw wrongType(name, 'a boolean')
}

function noStream(node: JsonNode, name: string): void {
  flag(node, name)
  if (node.value() === true) refuseStream()
}

function positiveInteger(node: JsonNode, name: string): void {
  const value = node.value()
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an integer')
  if (value < 1) throw gatewayError('invalid_value', `${name} must be at least 1`, { param: name })
}

function documents(node: JsonNode, name: string): void {
  if (node.kind !== 'array') throw wrongType(name, 'an array')
  const items = node.items()
  if (items.length === 0) throw gatewayError('invalid_value', `${name} must not be empty`, { param: name })
  const wrong = items.findIndex(({ kind }) => kind !== 'string' && kind !== 'object')
  if (wrong >= 0) throw wrongType(`${name}[${wrong}]`, 'a string or an object')
}

function input(node: JsonNode, name: string): void {
  if (node.kind !== 'string' && node.kind !== 'array' && node.kind !== 'object') throw wrongType(name, 'a string or an array')
  if (node.kind === 'string' ? node.string() === '' : node.kind === 'array' && node.items().length === 0)
    throw gatewayError('invalid_value', `${name} must not be empty`, { param: name })
}
