/** Finds what is wrong with the definition of a plugin and with its taps: a misspelt one would never be called. */

import { types } from 'node:util'
import { suggestion } from '../../config/problems/suggestion.ts'
import { flawOfSchema } from '../../config/schema/options.ts'
import { kindOfValue } from '../../kind-of-value.ts'
import type { PluginDefinition, StreamTap, Taps } from '../../plugin/define.ts'
import type { OptionsSchema } from '../../plugin/schema.ts'
import { phases } from './step.ts'
import { flawOfMembers, isObject, type Kind } from '../../config/problems/members.ts'

const definitionMembers: Readonly<Record<keyof PluginDefinition, Kind>> = {
  name: 'text',
  description: 'text',
  schema: 'object',
  presence: 'text',
  olderSettings: 'anything',
  provides: 'text',
  needs: 'texts',
  wants: 'texts',
  edits: 'flag',
  guardrail: 'flag',
  judgesCallers: 'flag',
  staysWhenOff: 'flag',
  onError: 'text',
  timeoutMs: 'number',
  phases: 'texts',
  expand: 'function',
  setup: 'function',
}

const tapMembers: Readonly<Record<keyof Taps, Kind>> = {
  request: 'function',
  route: 'function',
  prompt: 'function',
  lookup: 'function',
  attempt: 'function',
  settled: 'function',
  recover: 'function',
  response: 'function',
  stream: 'anything',
  complete: 'function',
  finished: 'function',
  service: 'anything',
  ownHeaders: 'anything',
  authenticates: 'flag',
  vet: 'function',
  open: 'function',
  start: 'function',
  leave: 'function',
  close: 'function',
}

const streamMembers: Readonly<Record<keyof StreamTap, Kind>> = {
  lookbehind: 'number',
  buffer: 'flag',
  open: 'function',
  text: 'function',
  observe: 'function',
  last: 'function',
  awaitsLast: 'function',
  end: 'function',
}

/** @returns undefined for a definition with which nothing is wrong */
export function flawOfDefinition(definition: Readonly<Partial<Record<keyof PluginDefinition, unknown>>>): string | undefined {
  const { name, schema, setup, expand } = definition
  if (typeof name !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return `its name is ${JSON.stringify(name)}: expected lower-case words with hyphens`
  if (setup === undefined && expand === undefined) return 'it has no setup'
  return (
    flawOfMembers(definition, definitionMembers, 'a plugin has no member') ??
    flawOfWords(definition as PluginDefinition) ??
    (schema === undefined ? undefined : schemaFlaw(schema as OptionsSchema))
  )
}

function flawOfWords({ onError, phases: own = [] }: { readonly onError?: string; readonly phases?: readonly string[] }): string | undefined {
  if (onError !== undefined && onError !== 'open' && onError !== 'closed') return `onError is "${onError}": expected open or closed`
  const unknown = own.find(name => !phases.some(phase => phase === name))
  return unknown === undefined ? undefined : `there is no phase "${unknown}"${suggestion(unknown, phases)}`
}

/** @returns undefined for a schema with which nothing is wrong */
export function schemaFlaw(schema: OptionsSchema): string | undefined {
  const flaw = flawOfSchema(schema)
  return flaw === undefined ? undefined : `its schema is wrong: ${flaw.replace('schema is invalid: ', '').replaceAll('data/', '/')}`
}

/** @returns undefined for taps with which nothing is wrong */
export function flawOfTaps(taps: unknown, { provides }: PluginDefinition): string | undefined {
  if (!isObject(taps) || Array.isArray(taps)) return `its setup returned ${Array.isArray(taps) ? 'a list' : String(taps)}: expected an object of taps`
  if (taps['service'] !== undefined && provides === undefined) return "nobody would find its service: expected provides: 'its-name'"
  return flawOfMembers(taps, tapMembers, 'there is no tap') ?? flawOfStream(taps['stream'])
}

function flawOfStream(stream: unknown): string | undefined {
  if (stream === undefined || stream === 'pass') return undefined
  if (!isObject(stream)) return `stream is ${typeof stream === 'string' ? JSON.stringify(stream) : kindOfValue(stream)}: expected an object, or 'pass'`
  return flawOfMembers(stream, streamMembers, 'a stream tap has no member') ?? flawOfReading(stream)
}

/** What reads a stream as it flows can wait for nobody, and has nothing to read where the stream is collected. */
function flawOfReading(stream: Readonly<Record<string, unknown>>): string | undefined {
  const waiting = ['open', 'text', 'observe'].find(name => types.isAsyncFunction(stream[name]))
  if (waiting !== undefined)
    return `${waiting} of its stream tap is asynchronous: a stream waits for nobody; buffer: true collects it for response, which may wait`
  const idle = stream['buffer'] === true ? ['open', 'text', 'observe', 'end'].find(name => stream[name] !== undefined) : undefined
  return idle === undefined ? undefined : `${idle} of its stream tap would never be called: with buffer: true, a stream is collected for response`
}
