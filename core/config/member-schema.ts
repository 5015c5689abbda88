/** What is known of members of settings and options: what no schema calls a secret may be one by its name. */

import { childSchema, type SettingSchema } from './schema/schema.ts'

const secretName = /(key|secret|token|password|passwd|passphrase|pepper|credential|auth|authorization|cookie|signature|headers)s?$/i

/** Where no schema says what is secret, the name does: that of a text also where a schema lets names be any. Numbers and switches tell nothing; a list of headers is one of names. */
export function memberSchema(schema: SettingSchema | undefined, key: string, value: unknown): SettingSchema | undefined {
  const known = childSchema(schema, key)
  const isText = typeof value === 'string' && value !== ''
  const isNamed = known !== undefined && (known !== schema?.additionalProperties || !isText)
  const isNothing = !isText && (typeof value !== 'object' || value === null || (Array.isArray(value) && /headers$/i.test(key)))
  return isNamed || isNothing || !secretName.test(key) ? known : { secret: true }
}
