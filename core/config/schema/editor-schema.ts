/** The schema in plain JSON Schema, for editors: as values are written, not as they are read. */

import type { Tree } from '../pointer.ts'
import { isTextual, typesOf, unitOf } from './schema.ts'
import type { SettingSchema } from './schema.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'
const placeholder = '\\$\\{'
const patterns = {
  duration: '^(0|([\\d.]+h)?([\\d.]+m)?([\\d.]+s)?([\\d.]+ms)?)$',
  seconds: '^(\\d+|([\\d.]+h)?([\\d.]+m)?([\\d.]+s)?([\\d.]+ms)?)$',
  size: '^\\d+ *[KMGTkmgt]?(i?[Bb])?$',
  integer: '^[+-]?\\d+$',
  number: '^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$',
  boolean: '^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$',
}

/** The whole schema of tapline.yaml, for `tapline config schema`. */
export function editorSchema(schema: SettingSchema): Tree {
  return { $schema: dialect, title: 'tapline.yaml', ...plain(schema) }
}

/** A schema without Tapline's own keywords, that takes every spelling of a value, and placeholders. */
function plain(schema: SettingSchema): Tree {
  const { setting: _s, env: _e, env_form: _f, env_family: _a, secret: _x, aliases, identity: _i, env_items: _n, input: _o, ...rest } = schema
  const own = { ...rest, ...children(schema) }
  const unit = unitOf(schema)
  if (unit !== undefined) return withText(schema, { type: 'integer', minimum: 0 }, patterns[unit])
  const scalar = typesOf(schema).find(type => type === 'integer' || type === 'number' || type === 'boolean')
  if (scalar !== undefined && !isTextual(schema)) return withText(schema, own, patterns[scalar as keyof typeof patterns])
  return schema.enum === undefined ? own : { ...own, enum: [...schema.enum, ...Object.keys(aliases ?? {})] }
}

function children({ properties, items, additionalProperties, oneOf, anyOf }: SettingSchema): Tree {
  return {
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, plain(child)])) }),
    ...(items === undefined ? {} : { items: plain(items) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: plain(additionalProperties) } : {}),
    ...(oneOf === undefined && anyOf === undefined ? {} : { anyOf: (oneOf ?? anyOf ?? []).map(plain), oneOf: undefined }),
  }
}

function withText({ description, default: fallback }: SettingSchema, { description: _d, default: _f, ...own }: Tree, pattern: string): Tree {
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [own, { type: 'string', pattern: `${pattern}|${placeholder}` }],
  }
}
