/** The endpoints of virtual models in the admin API. */

import type { AdminEndpoint } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import file from '../../../schemas/admin/virtual-models.schema.json' with { type: 'json' }
import type { FailoverQuestion, VirtualModelDelete, VirtualModelWrite } from '../../../schemas/admin/virtual-models.schema.ts'
import type { VirtualDeps } from './deps.ts'
import { olderEndpoints } from './older-shapes.ts'
import { suggest } from './suggest.ts'
import { views } from './view.ts'
import { remove, write } from './write.ts'

export function virtualEndpoints(deps: VirtualDeps): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/virtual-models',
      scope: 'global',
      summary: 'Lists the virtual models: names for other models, and who may use which models.',
      response: definition(file, 'VirtualModels'),
      handle: () => views(deps),
    },
    {
      method: 'PUT',
      path: '/virtual-models',
      scope: 'global',
      summary: 'Creates, changes or renames a virtual model; a policy that would change nothing is not stored.',
      body: definition(file, 'VirtualModelWrite'),
      response: definition(file, 'VirtualModelView'),
      mayBeEmpty: true,
      handle: call => write(deps, call, call.body as VirtualModelWrite),
    },
    {
      method: 'DELETE',
      path: '/virtual-models',
      scope: 'global',
      summary: 'Deletes a virtual model.',
      body: definition(file, 'VirtualModelDelete'),
      handle: call => remove(deps, call, call.body as VirtualModelDelete),
    },
    {
      method: 'POST',
      path: '/virtual-models/suggest-failover',
      scope: 'global',
      summary: 'Proposes models that could replace one; nothing is saved.',
      body: definition(file, 'FailoverQuestion'),
      response: definition(file, 'FailoverSuggestion'),
      handle: ({ body }) => suggest(deps, (body as FailoverQuestion).source),
    },
    ...olderEndpoints(deps),
  ]
}
