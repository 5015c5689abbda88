/** The types that guardrails can be of, and all plugins that the gateway knows. */

import type { GuardrailType, PluginView } from '../../../schemas/admin/guardrails.schema.ts'
import { useGuardrailTypes, usePlugins } from '../../data/queries.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Section } from '../../parts/section.tsx'

export function Types() {
  const types = useGuardrailTypes()
  return (
    <Section title="Types of guardrails">
      <DataTable label="Types" rows={types} columns={typeColumns} none="There is none." id={({ type }) => type} />
    </Section>
  )
}

export function Plugins() {
  const plugins = usePlugins()
  const failed = plugins.data?.filter(({ health }) => health === 'failed') ?? []
  const sorted = plugins.data?.toSorted((one, other) => rank(one) - rank(other))
  return (
    <>
      {failed.length > 0 && <p class="banner">Could not be loaded: {failed.map(({ name }) => name).join(', ')}.</p>}
      <Section title="Plugins">
        <DataTable label="Plugins" rows={{ ...plugins, data: sorted }} columns={pluginColumns} none="There is none." id={({ name }) => name} />
      </Section>
    </>
  )
}

/** Those that failed first, then those that do not come with the gateway. */
function rank({ health, source }: PluginView): number {
  return health === 'failed' ? 0 : source === 'default' ? 2 : 1
}

const typeColumns: readonly Column<GuardrailType>[] = [
  { title: 'Type', show: ({ type, guardrail }) => [guardrail && <Shield />, <code>{type}</code>] },
  { title: 'What it does', show: ({ description }) => <Wrapped text={description} /> },
  { title: 'Can act on', show: ({ phases }) => phases.map(phase => <Badge key={phase}>{phase}</Badge>) },
  { title: 'Edits texts', show: ({ mutates }) => (mutates ? 'yes' : 'no') },
  { title: 'From', show: ({ source }) => <Source source={source} /> },
]

const pluginColumns: readonly Column<PluginView>[] = [
  { title: 'Name', show: ({ name, guardrail }) => [guardrail && <Shield />, <code>{name}</code>] },
  { title: 'What it does', show: ({ description }) => <Wrapped text={description} /> },
  { title: 'Kind', show: ({ kinds }) => kinds.join(', ') },
  { title: 'From', show: ({ source }) => <Source source={source} /> },
  {
    title: 'Health',
    show: ({ health, error }) => (error === null ? <Badge kind={health === 'ok' ? 'good' : 'bad'}>{health}</Badge> : <Wrapped text={error} bad />),
  },
]

function Wrapped({ text, bad = false }: { readonly text: string; readonly bad?: boolean }) {
  return <span class={bad ? 'wrapped failed' : 'wrapped'}>{text}</span>
}

function Source({ source }: { readonly source: string }) {
  return source === 'default' ? 'the gateway' : <code title={source}>{source.split('/').at(-1)}</code>
}

/** Marks what stands between callers and models. */
function Shield() {
  return (
    <svg class="shield" viewBox="0 0 16 16" role="img" aria-label="Guardrail">
      <title>Guardrail</title>
      <path d="M8 1 2.5 3v4.5c0 3.4 2.3 6 5.5 7.5 3.2-1.5 5.5-4.1 5.5-7.5V3Z" />
    </svg>
  )
}
