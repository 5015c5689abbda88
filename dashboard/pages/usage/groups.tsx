/** What was used by each model, user path, label or session, in tokens or money. */

import { useQuery } from '@tanstack/preact-query'
import { useLocation } from 'wouter-preact'
import { metrics } from '../../data/metrics.ts'
import { timeZone } from '../../data/time-zone.ts'
import { addressOf, useParam } from '../../data/url.ts'
import { count, money, shortCount } from '../../data/words.ts'
import { Bar, BarLegend, type Share } from '../../parts/bar.tsx'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { DataTable, Pager, type Column } from '../../parts/data-table.tsx'
import { Section } from '../../parts/section.tsx'
import { groupsBy, sessionPageSize, type Group, type Grouping } from './grouping.ts'
import type { CacheMode, Question } from './question.ts'

const groupings = [
  ['models', 'Model'],
  ['user-paths', 'User path'],
  ['labels', 'Label'],
  ['sessions', 'Session'],
] as const

export function Groups({ question, logs }: { readonly question: Question; readonly logs: boolean }) {
  const [, go] = useLocation()
  const by = useChoice('by', groupings)
  const metric = useChoice('show', metrics)
  const [page, turn] = useParam('sessions-page', '0')
  const { data, ...rows } = useQuery({
    queryKey: ['usage', 'groups', by, question, page, timeZone.value],
    queryFn: async () => await groupsBy(by, question, Number(page)),
  })
  const most = Math.max(...(data?.groups.map(group => amount(sharesOf(group, metric, question.mode))) ?? []), Number.MIN_VALUE)
  // A session is no filter of usage, but of the audit log.
  const narrow = ({ filters }: Group) => {
    if (by === 'sessions') go(addressOf('/audit', question.range, filters))
    else go(addressOf('/usage', question.range, { ...question.filters, ...filters, cache: question.mode, by, show: metric }))
  }
  const shares = data?.groups.flatMap(group => sharesOf(group, metric, question.mode)).filter(({ value }) => value > 0) ?? []
  const legend = [...new Map(shares.map(one => [one.title, one])).values()]
  return (
    <Section
      title={`${metric === 'tokens' ? 'Tokens' : 'Cost'} by ${by.replace(/s$/, '').replace('-', ' ')}`}
      tools={
        <div class="choices">
          <Choice name="by" title="By" options={groupings} />
          <Choice name="show" title="Shown" options={metrics} />
        </div>
      }
    >
      {legend.length > 0 && <BarLegend shares={legend} />}
      <DataTable
        label={`Usage by ${by}`}
        rows={{ data: data?.groups, error: rows.error, refetch: rows.refetch }}
        columns={columnsOf(metric, question.mode, most, by)}
        none="No request fits."
        id={({ name, of = '' }) => `${name} ${of}`}
        open={by === 'sessions' && !logs ? undefined : narrow}
        paged={by === 'sessions'}
      />
      {by === 'sessions' && <Pager total={data?.total ?? 0} size={sessionPageSize} page={Number(page)} turn={to => turn(String(to))} />}
    </Section>
  )
}

function columnsOf(metric: 'tokens' | 'cost', mode: CacheMode, most: number, by: Grouping): readonly Column<Group>[] {
  const show = metric === 'tokens' ? shortCount : money
  return [
    {
      title: 'Name',
      show: ({ name, of }) => [<span>{name}</span>, of === undefined ? null : <small class="faint"> {of}</small>],
      value: ({ name, of = '' }) => `${name} ${of}`.trim(),
    },
    {
      title: 'Share',
      show: group => <Bar shares={sharesOf(group, metric, mode)} most={most} show={show} />,
      value: group => amount(sharesOf(group, metric, mode)),
    },
    { title: 'Requests', number: true, show: ({ requests }) => count(requests) },
    ...(metric === 'tokens' ? tokenColumns(by) : costColumns(by)),
  ]
}

function tokenColumns(by: Grouping): readonly Column<Group>[] {
  return [
    { title: 'Input', number: true, show: row => count(row.input_tokens) },
    { title: 'Output', number: true, show: row => count(row.output_tokens) },
    ...(by === 'sessions' ? [] : cacheColumns),
    { title: 'Total', number: true, show: row => count(row.total_tokens) },
  ]
}

const cacheColumns: readonly Column<Group>[] = [
  { title: 'Prompt cache', number: true, show: ({ cache }) => count(cache?.cached_input_tokens ?? null) },
  {
    title: 'Local cache',
    number: true,
    show: ({ cache }) => count(cache === undefined ? null : cache.local_cached_input_tokens + cache.local_cached_output_tokens),
  },
]

function costColumns(by: Grouping): readonly Column<Group>[] {
  return [
    { title: 'Input', number: true, show: row => money(row.input_cost) },
    { title: 'Output', number: true, show: row => money(row.output_cost) },
    ...(by === 'sessions' ? [] : [{ title: 'Prompt cache', number: true, show: ({ cache }: Group) => money(cache?.cached_input_cost ?? null) }]),
    { title: 'Total', number: true, show: row => money(row.total_cost) },
  ]
}

function sharesOf(group: Group, metric: 'tokens' | 'cost', mode: CacheMode): readonly Share[] {
  return metric === 'tokens' ? tokenShares(group, mode) : costShares(group)
}

/** Where both are meant, what the local cache answered is within the other sums. */
function tokenShares({ cache, input_tokens: input, output_tokens: output }: Group, mode: CacheMode): readonly Share[] {
  const [localInput, localOutput] = mode === 'uncached' ? [0, 0] : [cache?.local_cached_input_tokens ?? 0, cache?.local_cached_output_tokens ?? 0]
  const prompt = cache === undefined ? input : cache.uncached_input_tokens + cache.cache_write_input_tokens
  return [
    { title: cache === undefined ? 'Input' : 'Uncached input', colour: 'first', value: Math.max(0, prompt - localInput) },
    { title: 'Prompt cache', colour: 'second', value: mode === 'cached' ? 0 : (cache?.cached_input_tokens ?? 0) },
    { title: 'Output', colour: 'third', value: Math.max(0, output - localOutput) },
    { title: 'Local cache', colour: 'fourth', value: localInput + localOutput },
  ]
}

/** Some providers say what all of it cost, and nothing of its parts. */
function costShares({ input_cost: input, output_cost: output, total_cost: total }: Group): readonly Share[] {
  return [
    { title: 'Input', colour: 'first', value: input ?? 0 },
    { title: 'Output', colour: 'third', value: output ?? 0 },
    { title: 'Not told apart', colour: 'faint', value: input === null && output === null ? (total ?? 0) : 0 },
  ]
}

function amount(shares: readonly Share[]): number {
  return shares.reduce((sum, { value }) => sum + value, 0)
}
