/** The version that runs, which features are on, and rereading what is stored elsewhere. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query'
import type { Config, Refresh, RefreshStatus, RefreshStep, Version } from '../../../schemas/admin/runtime.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, send } from '../../data/api.ts'
import { count, duration, time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, rowsOf, type Column } from '../../parts/data-table.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'

export function Running({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['settings', 'running'],
    queryFn: async () => await Promise.all([get<Version>('/version'), get<Config>('/runtime/config')]),
  })
  const refresh = useMutation({
    mutationFn: async () => (await send('POST', '/runtime/refresh', {})) as Refresh,
    onSuccess: async () => await queries.invalidateQueries(),
  })
  if (data === undefined) return <Waiting error={error} retry={refetch} />
  const [version, config] = data
  return (
    <Section
      title={`Tapline ${version.version}`}
      tools={
        reach.global && (
          <button type="button" disabled={refresh.isPending} onClick={() => refresh.mutate()}>
            {refresh.isPending ? 'Refreshing …' : 'Refresh models, keys and definitions'}
          </button>
        )
      }
    >
      {version.update_available && <p class="banner">Version {version.latest} is out.</p>}
      <Facts
        facts={[
          ['Commit', <code>{version.commit}</code>],
          ['Newest version', newest(version)],
          ...Object.entries(config).filter(([, value]) => value !== 'on' && value !== 'off'),
        ]}
      />
      <p class="chips">
        {Object.entries(config)
          .filter(([, value]) => value === 'on' || value === 'off')
          .map(([name, value]) => (
            <Badge key={name} kind={value === 'on' ? 'good' : 'plain'}>
              {name}: {value}
            </Badge>
          ))}
      </p>
      {refresh.error !== null && <p role="alert">{refresh.error.message}</p>}
      {refresh.data !== undefined && <Report of={refresh.data} />}
    </Section>
  )
}

function newest({ enabled, latest, checked_at: at }: Version): string {
  if (!enabled) return 'not looked up: version_check.enabled is off'
  return `${latest ?? 'not known yet'}${at === null ? '' : `, looked up at ${time(at)}`}`
}

const kinds = { ok: 'good', partial: 'warn', failed: 'bad', skipped: 'plain' } as const satisfies Readonly<Record<RefreshStatus, string>>

function Report({ of: { status, duration_ms: ms, model_count: models, provider_count: providers, steps } }: { readonly of: Refresh }) {
  return (
    <>
      <p role="status">
        <Badge kind={kinds[status]}>{status}</Badge>
        Refreshed in {duration(ms)}: {count(models)} models of {providers === 1 ? 'one provider' : `${count(providers)} providers`}.
      </p>
      <DataTable label="Steps of the refresh" rows={rowsOf(steps)} columns={columns} none="" id={({ name }) => name} />
    </>
  )
}

const columns: readonly Column<RefreshStep>[] = [
  { title: 'Step', show: ({ name }) => name.replaceAll('_', ' ') },
  { title: 'State', show: ({ status }) => <Badge kind={kinds[status]}>{status}</Badge> },
  { title: 'Took', number: true, show: ({ status, duration_ms: ms }) => (status === 'skipped' ? '–' : duration(ms)) },
]
