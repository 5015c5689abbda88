/** Options as the admin API shows them: durations say their unit. */

import type { OptionsSchema } from '../../../core/plugin/schema.ts'

/** The options by their names, those that are durations behind `_ms`. */
export function inMilliseconds({ properties = {} }: OptionsSchema, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [properties[name]?.format === 'duration' ? `${name}_ms` : name, value]))
}
