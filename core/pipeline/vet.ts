/** Says what is wrong with what a plugin says of itself, and with the taps that it makes: what is misspelt would never be called. */

import { suggestion } from '../config/suggestion.ts'
import { flawOfSchema } from '../config/options.ts'
import type { PluginDefinition, StreamTap, Taps } from '../plugin/define.ts'
import type { OptionsSchema } from '../plugin/schema.ts'

type Kind = 'text' | 'flag' | 'number' | 'texts' | 'object' | 'function' | 'anything'

const definitionMembers: Readonly<Record<keyof PluginDefinition, Kind>> = {
  name: 'text', description: 'text', schema: 'object', presence: 'text', provides: 'text', needs: 'texts', wants: 'texts', edits: 'flag', guardrail: 'flag',
  onError: 'text', timeoutMs: 'number', phases: 'texts', expand: 'function', setup: 'function',
}

const tapMembers: Readonly<Record<keyof Taps, Kind>> = {
  request: 'function', route: 'function', prompt: 'function', lookup: 'function', attempt: 'function', settled: 'function', recover: 'function', response: 'function', stream: 'anything',
  complete: 'function', finished: 'function', service: 'anything', ownHeaders: 'anything', authenticates: 'flag', open: 'function', start: 'function', leave: 'function', close: 'function',
}

const streamMembers: Readonly<Record<keyof StreamTap, Kind>> = {
  lookbehind: 'number', buffer: 'flag', open: 'function', text: 'function', observe: 'function', last: 'function', awaitsLast: 'function', end: 'function',
}

const words: Readonly<Record<Kind, string>> = { text: 'a text', flag: 'true or false', number: 'a number of 0 or more', texts: 'a list of texts', object: 'an object', function: 'a function', anything: 'anything' }

/** @returns undefined for a definition with which nothing is wrong */
export function flawOfDefinition(definition: Readonly<Partial<Record<keyof PluginDefinition, unknown>>>): string | undefined {
  const { name, schema, setup, expand } = definition
  if (typeof name !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return `its name is ${JSON.stringify(name)}: expected lower-case words with hyphens`
  if (setup === undefined && expand === undefined) return 'it has no setup'
  return flawOfMembers(definition, definitionMembers, 'a plugin has no member') ?? (schema === undefined ? undefined : schemaFlaw(schema as OptionsSchema))
}

function schemaFlaw(schema: OptionsSchema): string | undefined {
  const flaw = flawOfSchema(schema)
  return flaw === undefined ? undefined : `its schema is wrong: ${flaw.replace('schema is invalid: ', '').replaceAll('data/', '/')}`
}

/** @returns undefined for taps with which nothing is wrong */
export function flawOfTaps(taps: unknown): string | undefined {
  if (!isObject(taps) || Array.isArray(taps)) return `its setup returned ${Array.isArray(taps) ? 'a list' : String(taps)}: expected an object of taps`
  return flawOfMembers(taps, tapMembers, 'there is no tap') ?? flawOfStream(taps['stream'])
}

function flawOfStream(stream: unknown): string | undefined {
  if (stream === undefined || stream === 'pass') return undefined
  if (!isObject(stream)) return `stream is ${JSON.stringify(stream)}: expected an object, or 'pass'`
  return flawOfMembers(stream, streamMembers, 'a stream tap has no member')
}

/** Instances of classes may keep what they like beside. */
function flawOfMembers(given: object, members: Readonly<Record<string, Kind>>, unknown: string): string | undefined {
  const isClosed = isPlain(given)
  for (const [name, value] of Object.entries(given)) {
    const kind = members[name]
    if (kind === undefined && isClosed) return `${unknown} "${name}"${suggestion(name, Object.keys(members))}`
    if (kind !== undefined && value !== undefined && !isOfKind(value, kind)) return `${name} is not ${words[kind]}`
  }
  return undefined
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text': return typeof value === 'string'
    case 'flag': return typeof value === 'boolean'
    case 'number': return typeof value === 'number' && value >= 0
    case 'texts': return Array.isArray(value) && value.every(item => typeof item === 'string')
    case 'object': return isObject(value)
    case 'function': return typeof value === 'function'
    case 'anything': return true
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
