/** What administrators say of models, over whatever else is known of them. */

import type { Logger } from 'pino'
import type { ModelMetadata } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { SelectorOverrides, type OverrideDeps } from '../shared/admin/selector-overrides.ts'
import file from '../../schemas/admin/model-metadata.schema.json' with { type: 'json' }

export type MetadataOverrides = SelectorOverrides<ModelMetadata>

/** The collection, and its endpoints. */
export function metadataOverrides(around: Omit<OverrideDeps<ModelMetadata>, 'failed'>, log: Logger): MetadataOverrides {
  return new SelectorOverrides(
    {
      path: '/model-metadata-overrides',
      member: 'metadata',
      schemas: {
        list: definition(file, 'MetadataOverrides'),
        view: definition(file, 'MetadataOverride'),
        write: definition(file, 'MetadataOverrideWrite'),
        name: definition(file, 'MetadataOverrideDelete'),
      },
      summaries: {
        list: 'Lists the metadata of models that administrators set.',
        put: 'Sets metadata of the models that a selector matches, overriding other sources.',
        delete: 'Removes the metadata set for a selector.',
      },
    },
    { ...around, failed: cause => log.warn({ err: cause }, 'what administrators said of models could not be read; what was read before stands') },
  )
}
