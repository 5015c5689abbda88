/** Says what is wrong with what a provider file says: what is misspelt would never be read. */

import { suggestion } from '../../config/problems/suggestion.ts'
import { flawOfMembers, isObject, type Kind } from '../../config/problems/members.ts'
import { schemaFlaw } from '../../pipeline/plan/vet-plugin.ts'
import type { OperationAdapter } from '../../plugin/adapter.ts'
import type { KeyHeader, ModelDetails, ProviderDefinition } from '../../plugin/provider.ts'

const definitionMembers: Readonly<Record<keyof ProviderDefinition, Kind>> = {
  name: 'text',
  description: 'text',
  env: 'text',
  baseUrl: 'text',
  baseUrlVariables: 'texts',
  variables: 'texts',
  needs: 'texts',
  needsOneOf: 'texts',
  auth: 'object',
  dialects: 'texts',
  operations: 'object',
  requestIdHeader: 'text',
  usageOnRequest: 'flag',
  countsApart: 'texts',
  namesPackages: 'flag',
  schema: 'object',
  embeddingModel: 'text',
  fallback: 'flag',
  callerHeaders: 'texts',
  callerQuery: 'flag',
  defaultHeaders: 'object',
  queryCredentials: 'texts',
  errorMembers: 'texts',
  statuses: 'object',
  baseUrlFor: 'prompt function',
  resolve: 'prompt function',
  traits: 'prompt function',
  respell: 'prompt function',
  batchPath: 'prompt function',
  reroute: 'prompt function',
  normalizer: 'prompt function',
  fault: 'prompt function',
  learn: 'prompt function',
  errorOf: 'prompt function',
  explain: 'prompt function',
  catalogue: 'object',
  relaysHeaders: 'flag',
  replyHeaders: 'texts',
  replyIdHeader: 'text',
  canonical: 'prompt function',
  passthrough: 'prompt function',
  adapters: 'object',
  models: 'prompt function',
  nextPage: 'prompt function',
  modelDetails: 'object',
  listingTimeoutMs: 'number',
  sign: 'function',
  signsBody: 'flag',
  onUnauthorized: 'prompt function',
  imageAsData: 'prompt function',
  answer: 'function',
}

const authMembers: Readonly<Record<keyof KeyHeader, Kind>> = { header: 'text', scheme: 'text' }
const detailsMembers: Readonly<Record<keyof ModelDetails, Kind>> = { endpoint: 'text', ask: 'prompt function', read: 'prompt function' }
const adapterMembers: Readonly<Record<keyof OperationAdapter, Kind>> = {
  request: 'prompt function',
  form: 'object',
  formLimitBytes: 'number',
  reply: 'prompt function',
}

const needs = ['api_key', 'base_url']
const endpoint = /^(GET|POST|PUT|DELETE) \/\S*$/

/** @returns undefined for a definition with which nothing is wrong */
export function flawOfProvider(definition: ProviderDefinition): string | undefined {
  const flaw = flawOfMembers(definition, definitionMembers, 'a provider has no member')
  if (flaw !== undefined) return flaw
  const { dialects, auth = {}, modelDetails = {}, adapters = {}, schema } = definition as Partial<ProviderDefinition>
  if (dialects === undefined) return 'it has no dialects'
  return (
    flawOfNeeds(definition) ??
    flawOfOperations(definition) ??
    flawOfMembers(auth, authMembers, 'auth has no member') ??
    flawOfMembers(modelDetails, detailsMembers, 'modelDetails has no member') ??
    first(Object.entries(adapters).map(([operation, adapter]) => flawOfAdapter(operation, adapter))) ??
    (schema === undefined ? undefined : schemaFlaw(schema))
  )
}

function flawOfNeeds({ needs: all = [], needsOneOf = [] }: ProviderDefinition): string | undefined {
  const [other] = [...all, ...needsOneOf].filter(need => !needs.includes(need))
  return other === undefined ? undefined : `it needs "${other}", and can need ${needs.join(' and ')}${suggestion(other, needs)}`
}

function flawOfOperations({ operations }: ProviderDefinition): string | undefined {
  const [wrong] = Object.entries(operations).filter(([, at]) => typeof at !== 'string' || !endpoint.test(at))
  return wrong === undefined
    ? undefined
    : `its operation ${wrong[0]} is at ${JSON.stringify(wrong[1])}: expected a method and a path, for example POST /chat/completions`
}

function flawOfAdapter(operation: string, adapter: unknown): string | undefined {
  return isObject(adapter)
    ? flawOfMembers(adapter, adapterMembers, `the adapter of ${operation} has no member`)
    : `the adapter of ${operation} is not an object`
}

function first(flaws: readonly (string | undefined)[]): string | undefined {
  return flaws.find(flaw => flaw !== undefined)
}
