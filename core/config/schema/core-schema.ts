/** The core's own settings: schemas/config.schema.json, with its references filled in. */

import source from '../../../schemas/config.schema.json' with { type: 'json' }
import { isTree } from '../pointer.ts'
import type { SettingSchema } from './schema.ts'

const definitions: Readonly<Record<string, unknown>> = source.$defs

export const coreSchema: SettingSchema = inline({
  type: source.type,
  additionalProperties: source.additionalProperties,
  properties: source.properties,
}) as SettingSchema

/** What every provider block may say, whatever its type. */
export const providerSchema: SettingSchema = inline(definitions['provider']) as SettingSchema

function inline(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inline)
  if (!isTree(node)) return node
  const { $ref, title: _, ...rest } = node
  if (typeof $ref === 'string') return inline(definitions[$ref.replace('#/$defs/', '')])
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, inline(value)]))
}
