/** The facts of one configured provider: its type's, as far as its settings do not say otherwise. */

import type { ProviderConfig } from '../../config/providers/config.ts'
import { flawOfMembers, isObject, type Kind } from '../../config/problems/members.ts'
import type { Endpoint, ProviderDefinition, ProviderSettings, ResolvedFacts } from '../../plugin/provider.ts'
import { disregard, isPromise } from '../../promise.ts'

/** Where an operation is served, below the base URL. */
export interface EndpointPlace {
  readonly method: string
  readonly path: string
}

export interface ProviderFacts {
  readonly baseUrl: string | undefined
  readonly dialects: readonly string[]
  readonly operations: Readonly<Record<string, Endpoint>>
  readonly settings: ProviderSettings
  readonly defaultHeaders: Readonly<Record<string, string>>
  readonly listingUrl: string | undefined
}

export function factsOf({ name, type, base_url, settings, variables, directory }: ProviderConfig, definition: ProviderDefinition): ProviderFacts {
  const url = base_url ?? definition.baseUrl
  const own = {
    ...settings,
    name,
    type,
    ...(url === undefined ? {} : { base_url: url }),
    ...(variables === undefined ? {} : { variables }),
    ...(directory === undefined ? {} : { directory }),
  }
  const resolved = resolvedFacts(definition, own)
  return {
    baseUrl: resolved.baseUrl ?? url,
    dialects: (settings['native_dialects'] as string[] | undefined) ?? resolved.dialects ?? definition.dialects,
    operations: resolved.operations ?? definition.operations,
    settings: own,
    defaultHeaders: resolved.defaultHeaders ?? {},
    listingUrl: resolved.listingUrl,
  }
}

const resolvedMembers: Readonly<Record<keyof ResolvedFacts, Kind>> = {
  baseUrl: 'text',
  defaultHeaders: 'object',
  dialects: 'texts',
  operations: 'object',
  listingUrl: 'text',
}

/** @throws TypeError for what would not be read: calls would leave as if `resolve` had said nothing */
function resolvedFacts(definition: ProviderDefinition, settings: ProviderSettings): ResolvedFacts {
  const resolved: unknown = definition.resolve?.(settings) ?? {}
  const flaw = isObject(resolved) && !isPromise(resolved) ? flawOfMembers(resolved, resolvedMembers, 'it returned') : 'it must return an object'
  if (flaw === undefined) return resolved as ResolvedFacts
  disregard(resolved)
  throw new TypeError(`resolve(): ${flaw}`)
}

/** Every operation that is served, and where; of these alone, where the settings say so. */
export function endpointsOf({ operations, settings }: ProviderFacts): ReadonlyMap<string, EndpointPlace> {
  const only = settings['operations'] as readonly string[] | undefined
  return new Map(
    Object.entries(operations)
      .filter(([operation]) => only === undefined || only.some(name => operationsNamed(name, operations).includes(operation)))
      .map(([operation, endpoint]) => [operation, placeOf(endpoint)]),
  )
}

/** Words for all that can be done with objects that a vendor keeps. `responses` by itself makes one. */
const groups: Readonly<Record<string, RegExp>> = {
  files: /^files_/,
  batches: /^batches_/,
  message_batches: /^message_batches_/,
  stored_responses: /^responses_(?:get|delete|cancel|input_items)$/,
}

/** What a name in the settings means: an operation, else all that can be done with what it names, such as `files`. */
export function operationsNamed(name: string, operations: Readonly<Record<string, unknown>>): readonly string[] {
  if (Object.hasOwn(operations, name)) return [name]
  const group = Object.hasOwn(groups, name) ? groups[name] : undefined
  return Object.keys(operations).filter(operation => group?.test(operation) ?? operation.startsWith(`${name}_`))
}

/** What the settings may name. */
export function operationNames(operations: Readonly<Record<string, unknown>>): readonly string[] {
  return [...Object.keys(operations), ...Object.keys(groups).filter(group => operationsNamed(group, operations).length > 0)]
}

export function placeOf(endpoint: Endpoint): EndpointPlace {
  const [method = '', path = ''] = endpoint.split(' ')
  return { method, path }
}
