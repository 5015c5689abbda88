/** What names tell of members of settings and options: what no schema calls a secret may be one by its name. */

import { childSchema, type SettingSchema } from './schema/schema.ts'

/** Ends of such names, as a pattern. */
export const secretNames = '(?:key|secret|token|password|passwd|passphrase|pepper|credential|auth|authorization|cookie|signature|headers)s?'
const secretName = new RegExp(`${secretNames}$`, 'i')

export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** Where no schema says what is secret, the name does: that of a text also where a schema lets names be any. Numbers and switches tell nothing; a list of headers is one of names. */
export function schemaByName(schema: SettingSchema | undefined, key: string, value: unknown): SettingSchema | undefined {
  const known = childSchema(schema, key)
  const isText = typeof value === 'string' && value !== ''
  const isNamed = known !== undefined && (known !== schema?.additionalProperties || !isText)
  const isNothing = !isText && (typeof value !== 'object' || value === null || (Array.isArray(value) && /headers$/i.test(key)))
  return isNamed || isNothing || !isSecretName(key) ? known : { secret: true }
}
