/** The models that callers may name, where they come from, and what they cost. */

import { useQuery } from '@tanstack/preact-query'
import type { AdminModel, ModelCategories, Models } from '../../schemas/admin/models.schema.ts'
import { get } from '../data/api.ts'
import { useParam } from '../data/url.ts'
import { count, money } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Filter } from '../parts/filter.tsx'

export function ModelsPage() {
  const [category, setCategory] = useParam('category', 'all')
  const [search] = useParam('search')
  const categories = useQuery({ queryKey: ['models', 'categories'], queryFn: async () => await get<ModelCategories>('/models/categories') })
  const models = useQuery({ queryKey: ['models', category], queryFn: async () => await get<Models>('/models', { category }) })
  const shown = models.data?.filter(({ selector }) => selector.toLowerCase().includes(search.toLowerCase()))
  return (
    <>
      <header class="head">
        <h1>Models</h1>
        <Filter name="search" title="Search" type="search" />
      </header>
      <Section
        title={shown === undefined ? 'Models' : `${count(shown.length)} models`}
        tools={
          <fieldset class="range">
            <legend class="unseen">Category</legend>
            {categories.data
              ?.filter(({ count: of }) => of > 0)
              .map(({ category: name, display_name: title, count: of }) => (
                <button key={name} type="button" aria-pressed={name === category} onClick={() => setCategory(name)}>
                  {title} <small>{count(of)}</small>
                </button>
              ))}
          </fieldset>
        }
      >
        <DataTable
          label="Models"
          rows={{ ...models, data: shown }}
          columns={columns}
          none={search === '' ? 'No provider offers a model.' : 'No model fits.'}
          id={({ selector }) => selector}
        />
      </Section>
    </>
  )
}

const columns: readonly Column<AdminModel>[] = [
  { title: 'Model', show: ({ selector }) => <code>{selector}</code> },
  {
    title: 'Provider',
    show: ({ provider_name: name, provider_type: type }) => [<span>{name}</span>, name === type ? null : <small class="faint"> {type}</small>],
  },
  { title: 'Input, per million', number: true, show: ({ pricing }) => price(pricing['input_per_mtok']) },
  { title: 'Cached input', number: true, show: ({ pricing }) => price(pricing['cached_input_per_mtok']) },
  { title: 'Output', number: true, show: ({ pricing }) => price(pricing['output_per_mtok']) },
  {
    title: 'State',
    show: ({ access, stale }) => [access.enabled ? null : <Badge kind="bad">disabled</Badge>, stale ? <Badge kind="warn">no longer listed</Badge> : null],
  },
]

function price(usd: unknown): string {
  return money(typeof usd === 'number' ? usd : null)
}
