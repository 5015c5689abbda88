/** The models that callers may name: by provider, with prices, limits and state; and what administrators say of them beyond what is known. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { AdminModel, ModelCategories } from '../../../schemas/admin/models.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, send } from '../../data/api.ts'
import { useParam } from '../../data/url.ts'
import { count } from '../../data/words.ts'
import { Filter } from '../../parts/filter.tsx'
import { Recheck } from '../../parts/recheck.tsx'
import { Empty, Waiting } from '../../parts/states.tsx'
import { AccessForm } from './access.tsx'
import { useCatalogue } from './catalogue.ts'
import { MetadataForm } from './metadata-form.tsx'
import { ModelDrawer } from './model-drawer.tsx'
import { Overrides } from './override-table.tsx'
import { useOverrides, type Asked } from './overrides.ts'
import { PriceForm } from './price-form.tsx'
import { Group } from './provider-group.tsx'

export function ModelsPage({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [category] = useParam('category', 'all')
  const [search] = useParam('search')
  const [open, setOpen] = useParam('open')
  const [asked, setAsked] = useState<Asked>()
  const { data, error, refetch } = useCatalogue(reach, category, search)
  const overrides = useOverrides(reach)
  const model = data?.flatMap(({ models }) => models).find(({ selector }) => selector === open)
  const close = () => setAsked(undefined)
  const write = async (method: 'PUT' | 'DELETE', path: string, body: object) => {
    await send(method, path, body)
    close()
    await queries.invalidateQueries()
  }
  return (
    <>
      <header class="head">
        <h1>Models</h1>
        {reach.global && (
          <span class="actions">
            <Recheck>Refresh</Recheck>
          </span>
        )}
      </header>
      <div class="filters bottom">
        <Filter name="search" title="Search" type="search" />
        <Categories />
      </div>
      {data === undefined && <Waiting error={error} retry={refetch} />}
      {data?.length === 0 && <Empty>{search === '' && category === 'all' ? 'No provider offers a model.' : 'No model fits.'}</Empty>}
      {data?.map(group => (
        <Group key={group.name} group={group} open={setOpen} />
      ))}
      {reach.global && <Overrides overrides={overrides} ask={setAsked} write={write} />}
      {model !== undefined && <ModelDrawer model={model} reach={reach} overrides={overrides} ask={setAsked} write={write} close={() => setOpen('')} />}
      {asked?.form === 'prices' && <PriceForm selector={asked.selector} there={overrides.prices} known={knownOf(asked, model)} close={close} write={write} />}
      {asked?.form === 'metadata' && (
        <MetadataForm selector={asked.selector} there={overrides.metadata} known={knownOf(asked, model)} close={close} write={write} />
      )}
      {asked?.form === 'access' && model !== undefined && <AccessForm model={model} close={close} write={write} />}
    </>
  )
}

/** What holds of the model, where the form is about exactly it. */
function knownOf({ selector }: Asked, model: AdminModel | undefined): AdminModel | undefined {
  return selector !== undefined && model?.selector === selector ? model : undefined
}

function Categories() {
  const [category, setCategory] = useParam('category', 'all')
  const { data } = useQuery({ queryKey: ['models', 'categories'], queryFn: async () => await get<ModelCategories>('/models/categories') })
  return (
    <fieldset class="range">
      <legend class="unseen">Category</legend>
      {data
        ?.filter(({ count: of }) => of > 0)
        .map(({ category: name, display_name: title, count: of }) => (
          <button key={name} type="button" aria-pressed={name === category} onClick={() => setCategory(name)}>
            {title} <small>{count(of)}</small>
          </button>
        ))}
    </fieldset>
  )
}
