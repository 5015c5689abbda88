/** Shows administrators the models of all providers, and what they cost. */

import {
  definePlugin,
  type Access,
  type AdminEndpoint,
  type AdminScope,
  type ModelEntry,
  type ModelInventory,
  type ModelMetadata,
  type Models,
  type Pricing,
} from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/models.schema.json' with { type: 'json' }
import type { AdminModel } from '../../schemas/admin/models.schema.ts'
import { categories, categoriesOf, type Category } from './categories.ts'

interface Known {
  readonly inventory: ModelInventory
  readonly entry: ModelEntry
  readonly metadata: ModelMetadata | undefined
  readonly categories: ReadonlySet<Category>
}

export default definePlugin({
  name: 'models-admin',
  description: 'Shows administrators the models, and what they cost.',
  needs: ['admin', 'models', 'pricing', 'access'],
  setup({ services: { admin, models, pricing, access } }) {
    const withdraw = endpoints(models, pricing, access).map(endpoint => admin.endpoint(endpoint))
    return {
      close() {
        for (const end of withdraw) end()
      },
    }
  },
})

function endpoints(models: Models, pricing: Pricing, access: Access): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/models',
      scope: 'subtree',
      summary: 'Lists the models of all providers.',
      response: definition(file, 'Models'),
      query: { type: 'object', properties: { category: { enum: file.$defs.ModelCategory.enum, default: 'all', description: 'Only what is for this.' } } },
      handle: ({ scope, query: { category } }) =>
        openTo(scope, models, access)
          .filter(known => category === 'all' || known.categories.has(category as Category))
          .map(known => viewOf(known, pricing, access)),
    },
    {
      method: 'GET',
      path: '/models/categories',
      scope: 'subtree',
      summary: 'Lists the categories of models, with the number in each.',
      response: definition(file, 'ModelCategories'),
      handle({ scope }) {
        const all = openTo(scope, models, access)
        const counts = Object.entries(categories).map(([category, name]) => ({
          category,
          display_name: name,
          count: all.filter(known => known.categories.has(category as Category)).length,
        }))
        return [{ category: 'all', display_name: 'All', count: all.length }, ...counts]
      },
    },
  ]
}

/** Those that callers of the administrator's path may use; who sees the whole gateway sees them all. */
function openTo({ isGlobal, root }: AdminScope, models: Models, access: Access): readonly Known[] {
  const all = allOf(models)
  return isGlobal
    ? all
    : all.filter(({ inventory, entry }) => access.denial({ caller: undefined, userPath: root }, inventory.provider.name, entry.id) === undefined)
}

function allOf(models: Models): readonly Known[] {
  return models.inventories.flatMap(inventory =>
    [...inventory.entries.values()].map(entry => {
      const metadata = models.metadata(inventory.provider, entry)
      return { inventory, entry, metadata, categories: categoriesOf(metadata) }
    }),
  )
}

function viewOf(
  {
    inventory: {
      provider: { name, type },
      state,
    },
    entry: { id, created = 0, owned_by: owner = type },
    metadata,
  }: Known,
  prices: Pricing,
  access: Access,
): AdminModel {
  const sheet = prices.of({ provider: type, provider_name: name, model: id })
  return {
    model: { id, object: 'model', created, owned_by: owner, ...(metadata === undefined ? {} : { metadata }) },
    provider_type: type,
    provider_name: name,
    selector: `${name}/${id}`,
    stale: state === 'stale',
    access: accessOf(access, name, id),
    pricing: sheet?.pricing ?? {},
    pricing_sources: sheet?.sources ?? {},
  }
}

/** What decides on who may use a model; the lists of keys and paths come on top of it. */
function accessOf(access: Access, provider: string, model: string): AdminModel['access'] {
  const decided = access.policyOf(provider, model)
  const { enabled = access.enabledByDefault, userPaths = [], groups = [] } = decided?.policy ?? {}
  return { enabled, policy: decided?.selector ?? null, user_paths: [...userPaths], groups: [...groups] }
}
