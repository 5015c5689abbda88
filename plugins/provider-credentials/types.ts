/** The types that a provider may have, with the fields of a form for each: what its schema knows, of what administrators can say. */

import type { OptionsSchema, ProviderDefinition } from '../../core/index.ts'
import { blockSchema } from '../../core/config/schema/compose.ts'
import type { ProviderTypeView } from '../../schemas/admin/provider-credentials.schema.ts'
import { openTexts, secretTexts } from './record.ts'

type Field = ProviderTypeView['fields'][number]

/** In the order of a form. */
const order = [
  'api_keys',
  'base_url',
  ...openTexts.filter(field => field !== 'base_url'),
  ...secretTexts.filter(field => field !== 'proxy_url'),
  'models',
  'session_sticky_keys',
  'proxy_url',
  'trip_on',
] as const

const advanced: ReadonlySet<string> = new Set([
  'session_sticky_keys',
  'proxy_url',
  'trip_on',
  'api_version',
  'api_mode',
  'gcp_scope',
  'service_account_json_base64',
])
const tripOn = { type: 'object', description: 'Rules that open its circuit breaker at once, by name: `{match, ttl}`.' } as const

export function typeViews(types: ReadonlyMap<string, ProviderDefinition>): ProviderTypeView[] {
  return [...types.values()]
    .filter(({ namesPackages }) => namesPackages !== true)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(typeView)
}

function typeView(definition: ProviderDefinition): ProviderTypeView {
  return { type: definition.name, default_base_url: definition.baseUrl ?? null, fields: fieldsOf(definition) }
}

function fieldsOf(definition: ProviderDefinition): Field[] {
  const { properties = {} } = blockSchema(definition)
  const known: Readonly<Record<string, OptionsSchema | undefined>> = { ...(properties as Readonly<Record<string, OptionsSchema>>), trip_on: tripOn }
  const required = requiredBy(definition)
  return order.flatMap(name => {
    const property = known[name]
    if (property === undefined || !concerns(name, definition)) return []
    const isRequired = required.has(name)
    const options = property.enum?.map(String)
    return [
      {
        name,
        required: isRequired,
        advanced: !isRequired && (advanced.has(name) || (name === 'base_url' && definition.baseUrl !== undefined && definition.needsOneOf === undefined)),
        secret: property.secret === true,
        help: property.description ?? '',
        ...(options === undefined ? {} : { options }),
      },
    ]
  })
}

function requiredBy({ needs = [], needsOneOf = [], baseUrl, baseUrlVariables, schema }: ProviderDefinition): ReadonlySet<string> {
  const url =
    (needs.includes('base_url') && baseUrl === undefined && baseUrlVariables === undefined) || (needsOneOf.length === 1 && needsOneOf[0] === 'base_url')
  const key = needs.includes('api_key') || (needsOneOf.length === 1 && needsOneOf[0] === 'api_key')
  return new Set([...(key ? ['api_keys'] : []), ...(url ? ['base_url'] : []), ...(schema?.required ?? [])])
}

/** Cloud identities have no keys, and what answers in process has no address. */
function concerns(name: string, { needs = [], needsOneOf = [], sign, answer }: ProviderDefinition): boolean {
  const isLocal = answer !== undefined
  switch (name) {
    case 'api_keys':
    case 'session_sticky_keys':
      return needs.includes('api_key') || needsOneOf.includes('api_key') || (!isLocal && sign === undefined)
    case 'base_url':
    case 'proxy_url':
      return !isLocal
  }
  return true
}
