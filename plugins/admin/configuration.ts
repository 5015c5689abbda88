/** The configuration that is in force, as administrators see it. */

import type { AdminEndpoint, Services } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/runtime.schema.json' with { type: 'json' }

/** @param configurations undefined where no gateway serves */
export function configurationEndpoint(configurations: Services['configurations'] | undefined): AdminEndpoint {
  return {
    method: 'GET',
    path: '/runtime/configuration',
    scope: 'global',
    summary: 'Every setting of the configuration, with its value and where that comes from; secrets redacted.',
    response: definition(file, 'Configuration'),
    handle: () => ({
      settings: (configurations?.settings ?? []).map(({ pointer, ...setting }) => ({ key: pointer.slice(1).replaceAll('/', '.'), ...setting })),
    }),
  }
}
