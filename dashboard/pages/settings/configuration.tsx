/** The configuration that is in force, and where each value comes from. */

import { useQuery } from '@tanstack/preact-query'
import type { Configuration as Configured, ConfiguredSetting } from '../../../schemas/admin/runtime.schema.ts'
import { get } from '../../data/api.ts'
import { useParam } from '../../data/url.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Section } from '../../parts/section.tsx'

export function Configuration() {
  const [wanted] = useParam('setting')
  const [defaults, setDefaults] = useParam('defaults')
  const configuration = useQuery({ queryKey: ['configuration'], queryFn: async () => await get<Configured>('/runtime/configuration') })
  const data = configuration.data?.settings.filter(({ key, source }) => key.includes(wanted) && (defaults === 'shown' || source !== 'default'))
  return (
    <Section
      title="Configuration"
      tools={
        <div class="filters">
          <Filter name="setting" title="Setting" type="search" />
          <label class="check">
            <input type="checkbox" checked={defaults === 'shown'} onChange={({ currentTarget }) => setDefaults(currentTarget.checked ? 'shown' : '')} />
            With defaults
          </label>
        </div>
      }
    >
      <DataTable
        label="Configuration"
        rows={{ ...configuration, data }}
        columns={columns}
        none="No setting fits, but perhaps a default."
        id={({ key }) => key}
      />
    </Section>
  )
}

const columns: readonly Column<ConfiguredSetting>[] = [
  { title: 'Setting', show: ({ key }) => <code>{key}</code> },
  { title: 'Value', show: ({ value }) => <code class="wrapped">{JSON.stringify(value)}</code> },
  { title: 'From', show: ({ source }) => <span class={source === 'default' ? 'words faint' : 'words'}>{spelled(source)}</span> },
]

function spelled(source: string): string {
  const [kind = '', name = ''] = source.split(':')
  return { yaml: `file, line ${name}`, env: `variable ${name}`, dotenv: `.env, ${name}`, flag: `flag ${name}` }[kind] ?? source
}
