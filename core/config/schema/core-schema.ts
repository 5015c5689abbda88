/** The core's own settings: schemas/config.schema.json, with its references filled in. */

import source from '../../../schemas/config.schema.json' with { type: 'json' }
import pricing from '../../../schemas/records/pricing.schema.json' with { type: 'json' }
import { inlined } from './inlined.ts'
import type { SettingSchema } from './schema.ts'

const { $schema: _, $defs: partsOfPrices, ...prices } = pricing
/** By what refers to them; a schema in another file by its path. */
const definitions: Readonly<Record<string, unknown>> = { ...source.$defs, ...partsOfPrices, 'records/pricing.schema.json': prices }

export const coreSchema: SettingSchema = inlined(
  { type: source.type, additionalProperties: source.additionalProperties, properties: source.properties },
  definitions,
) as SettingSchema

/** What every provider block may say, whatever its type. */
export const providerSchema: SettingSchema = inlined(definitions['provider'], definitions) as SettingSchema
