/** Rate limits: what is used of each, live. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { RateLimitList, RateLimitView } from '../../../schemas/admin/rate-limits.schema.ts'
import type { Reach } from '../../data/access.ts'
import { send } from '../../data/api.ts'
import { numberIn } from '../../data/form.ts'
import { useRateLimits } from '../../data/queries.ts'
import { count, share, time } from '../../data/words.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RecordForm } from '../../parts/record-form.tsx'
import { Section } from '../../parts/section.tsx'
import { Actions, Gauge, whose } from './cells.tsx'
import { identity, ruleFields, ruleIn, ruleOf, useShown } from './rules.ts'

type Asked = { readonly edit: RateLimitView | undefined } | { readonly reset: RateLimitView } | { readonly remove: RateLimitView }

export function RateLimits({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const limits = useRateLimits({ refetchInterval: 5000 })
  const shown = useShown(limits.data?.rate_limits)
  const write = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body: object) =>
    queries.setQueryData<RateLimitList>(['rate-limits'], await send<RateLimitList>(method, path, body))
  const save = async (form: FormData, old: RateLimitView | undefined) => {
    const rules = limits.data?.rate_limits ?? []
    const known = new Set(rules.map(identity))
    const { whose, period } = ruleIn(form, rules, old)
    const after = await write('PUT', '/rate-limits', {
      ...whose,
      limit_key: period,
      max_requests: numberIn(form, 'max_requests'),
      max_tokens: numberIn(form, 'max_tokens'),
    })
    // Where the identity is another one, a new rule was made, and the old one goes.
    if (old !== undefined && after?.rate_limits.some(row => !known.has(identity(row))) === true) await remove(old)
  }
  const remove = async (old: RateLimitView) => {
    const { whose, period } = ruleOf(old)
    await write('DELETE', '/rate-limits', { ...whose, limit_key: period })
  }
  return (
    <Section
      title="Rate limits"
      tools={
        <button type="button" onClick={() => setAsked({ edit: undefined })}>
          New rate limit
        </button>
      }
    >
      <p class="faint">
        {reach.isOn('REDIS_URL')
          ? 'Counted in Redis, for all replicas together.'
          : 'Replicas count together if they share PostgreSQL as their store; else each counts what it serves itself.'}
      </p>
      <DataTable
        label="Rate limits"
        rows={{ ...limits, data: shown }}
        columns={[...columns, actions(setAsked)]}
        none={limits.data?.rate_limits.length === 0 ? 'There is none.' : 'None fits.'}
        id={row => `${identity(row)} ${row.effective_subject}`}
      />
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit === undefined ? 'New rate limit' : `Rate limit of ${asked.edit.subject}`}
          fields={[
            ...ruleFields(asked.edit, reach.global ? scopes : ['user_path'], periods),
            { name: 'max_requests', title: 'Requests', type: 'number', value: asked.edit?.max_requests, hint: 'No limit if empty.' },
            { name: 'max_tokens', title: 'Tokens', type: 'number', value: asked.edit?.max_tokens, hint: movingHint(asked.edit) },
          ]}
          close={close}
          save={async form => {
            await save(form, asked.edit)
            close()
          }}
        />
      )}
      {asked !== undefined && 'reset' in asked && (
        <Confirm
          title={`Reset the rate limit of ${asked.reset.subject}?`}
          text={`What was used so far counts no longer${asked.reset.per_child ? ', for all paths that have this limit' : ''}.`}
          verb="Reset"
          close={close}
          act={async () => {
            const { scope, subject, period_seconds } = asked.reset
            await write('POST', '/rate-limits/reset-one', { scope, subject, period_seconds })
          }}
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete the rate limit of ${asked.remove.subject}?`}
          text="Calls are no longer counted for it."
          verb="Delete"
          close={close}
          act={async () => await remove(asked.remove)}
        />
      )}
    </Section>
  )
}

const scopes = ['user_path', 'key', 'provider', 'model']
const periods = ['minute', 'hour', 'day', 'concurrent']

const columns: readonly Column<RateLimitView>[] = [
  { title: 'For', show: whose },
  { title: 'Period', show: ({ period_label: label }) => label },
  { title: 'Requests', show: row => (row.period_seconds === 0 ? '–' : used(row.requests_used, row.max_requests)) },
  { title: 'Tokens', show: row => (row.period_seconds === 0 ? '–' : used(row.tokens_used, row.max_tokens)) },
  { title: 'In flight', show: row => (row.period_seconds === 0 ? used(row.in_flight, row.max_requests) : '–') },
  { title: 'Used', number: true, show: row => share(usage(row), 1) },
  { title: 'Resets at', show: ({ window_end: end = null }) => time(end) },
]

function used(already: number, most: number | undefined) {
  return most === undefined ? 'no limit' : <Gauge used={already} of={most}>{`${count(already)} of ${count(most)}`}</Gauge>
}

/** By the cap that is nearest. */
function usage({
  period_seconds: seconds,
  requests_used: requests,
  max_requests: mostRequests,
  tokens_used: tokens,
  max_tokens: mostTokens,
  in_flight: running,
}: RateLimitView): number {
  return Math.max((seconds === 0 ? running : requests) / (mostRequests ?? Infinity), tokens / (mostTokens ?? Infinity))
}

function actions(ask: (what: Asked) => void): Column<RateLimitView> {
  return {
    title: 'Actions',
    show: row => <Actions rule={row} edit={() => ask({ edit: row })} reset={() => ask({ reset: row })} remove={() => ask({ remove: row })} />,
  }
}

function movingHint(edited: RateLimitView | undefined): string {
  return edited === undefined ? 'No limit if empty.' : 'No limit if empty. A limit with another scope, subject or period begins to count anew.'
}
