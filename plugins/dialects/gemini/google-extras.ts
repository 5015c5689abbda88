/** What callers mean for Google alone: `extra_body.google`. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import { refuseReserved } from '../../../core/neutral/extras.ts'
import { listOf, objectOf } from '../../../core/neutral/lenient.ts'

/** Members that belong into `generationConfig`. */
const configured = new Set(['thinkingConfig', 'responseModalities', 'mediaResolution', 'speechConfig', 'imageConfig', 'audioTimestamp'])

/** Members that would put a prompt beside the one that policy has seen. */
const reserved = ['contents', 'systemInstruction', 'system_instruction']

/** The caller's members for Google, in Google's camel case. @throws GatewayError 400 for those that would pass for the prompt */
export function googleExtras(request: NeutralRequest): JsonObject {
  const { vendorExtras, extras } = request
  const google = { ...objectOf(extras['google']), ...vendorExtras['google'] }
  refuseReserved({ ...request, vendorExtras: { google } }, reserved, 'google')
  return Object.fromEntries(Object.entries(google).map(([name, value]) => [camelCase(name), value]))
}

/** The body with the caller's own members in it, which win over derived ones. */
export function withExtras(body: JsonObject, extras: JsonObject): JsonObject {
  const entries = Object.entries(extras)
  if (entries.length === 0) return body
  const whole: Record<string, Json> = { ...body }
  const config: Record<string, Json> = { ...objectOf(body['generationConfig']) }
  for (const [name, value] of entries) {
    if (configured.has(name)) config[name] = name === 'thinkingConfig' ? thinkingConfig(value) : value
    else if (name === 'generationConfig') Object.assign(config, camelCased(value))
    else if (name === 'tools' && Array.isArray(value)) whole['tools'] = [...listOf(body['tools']), ...(value as readonly Json[])]
    else if (name === 'toolConfig') whole[name] = { ...objectOf(body[name]), ...camelCased(value) }
    else whole[name] = value
  }
  return Object.keys(config).length === 0 ? whole : { ...whole, generationConfig: config }
}

/** A level and a budget exclude each other: the level wins. */
function thinkingConfig(value: Json): Json {
  const { thinkingBudget, ...config } = camelCased(value)
  return thinkingBudget === undefined || config['thinkingLevel'] !== undefined ? config : { ...config, thinkingBudget }
}

function camelCased(value: Json): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([name, member]) => [camelCase(name), member]))
}

function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
