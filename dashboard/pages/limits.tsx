/** Budgets and rate limits: how much of each is used, and until when. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { BudgetList, BudgetView } from '../../schemas/admin/budgets.schema.ts'
import type { RateLimitList, RateLimitView } from '../../schemas/admin/rate-limits.schema.ts'
import type { Reach } from '../data/access.ts'
import { get, send } from '../data/api.ts'
import { textIn } from '../data/form.ts'
import { count, money, time } from '../data/words.ts'
import { Badge, Section } from '../parts/cards.tsx'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { RecordForm, type Field } from '../parts/record-form.tsx'

export function LimitsPage({ reach }: { readonly reach: Reach }) {
  return (
    <>
      <header class="head">
        <h1>Limits</h1>
      </header>
      {reach.isOn('BUDGETS_ENABLED') && <Budgets />}
      {reach.isOn('RATE_LIMITS_ENABLED') && <RateLimits />}
      {!reach.isOn('BUDGETS_ENABLED') && !reach.isOn('RATE_LIMITS_ENABLED') && <p class="state">Neither budgets nor rate limits are on.</p>}
    </>
  )
}

/** What is asked of a person at the moment. */
type Asked<View> = { readonly edit: View | undefined } | { readonly remove: View } | undefined

function Budgets() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked<BudgetView>>()
  const close = () => setAsked(undefined)
  const budgets = useQuery({ queryKey: ['budgets'], queryFn: async () => await get<BudgetList>('/budgets'), refetchInterval: 10_000 })
  const write = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body: object) => {
    queries.setQueryData(['budgets'], await send<BudgetList>(method, path, body))
    close()
  }
  const reset = useMutation({
    mutationFn: async ({ scope, subject, period_seconds }: BudgetView) => await write('POST', '/budgets/reset-one', { scope, subject, period_seconds }),
  })
  const columns: readonly Column<BudgetView>[] = [
    { title: 'For', show: subject },
    { title: 'Period', show: ({ period_label: label }) => label },
    { title: 'Spent', show: row => <Gauge used={row.spent} of={row.amount} text={`${money(row.spent)} of ${money(row.amount)}`} /> },
    { title: 'Begins anew', show: ({ period_end: end }) => time(end) },
    {
      title: 'Actions',
      show: row => (
        <Actions owner={row.source} edit={() => setAsked({ edit: row })} remove={() => setAsked({ remove: row })}>
          <button type="button" onClick={() => reset.mutate(row)}>
            Reset
          </button>
        </Actions>
      ),
    },
  ]
  return (
    <Section
      title="Budgets"
      tools={
        <button type="button" onClick={() => setAsked({ edit: undefined })}>
          New budget
        </button>
      }
    >
      <DataTable label="Budgets" rows={{ ...budgets, data: budgets.data?.budgets }} columns={columns} none="There is none." id={identity} />
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit === undefined ? 'New budget' : `Budget of ${asked.edit.subject}`}
          verb="Save"
          fields={budgetFields(asked.edit)}
          close={close}
          save={async form =>
            await write('PUT', '/budgets', { ...named(form, asked.edit), budget_key: keyOf(form, asked.edit), amount: Number(textIn(form, 'amount')) })
          }
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete the budget of ${asked.remove.subject}?`}
          text="What was spent stays in the usage log."
          verb="Delete"
          close={close}
          act={async () =>
            await write('DELETE', '/budgets', { ...named(undefined, asked.remove), budget_key: { period_seconds: asked.remove.period_seconds } })
          }
        />
      )}
    </Section>
  )
}

function RateLimits() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked<RateLimitView>>()
  const close = () => setAsked(undefined)
  const limits = useQuery({ queryKey: ['rate-limits'], queryFn: async () => await get<RateLimitList>('/rate-limits'), refetchInterval: 5000 })
  const write = async (method: 'PUT' | 'DELETE', body: object) => {
    queries.setQueryData(['rate-limits'], await send<RateLimitList>(method, '/rate-limits', body))
    close()
  }
  const columns: readonly Column<RateLimitView>[] = [
    { title: 'For', show: subject },
    { title: 'Period', show: ({ period_label: label }) => label },
    { title: 'Requests', show: row => used(row.requests_used, row.max_requests) },
    { title: 'Tokens', show: row => used(row.tokens_used, row.max_tokens) },
    { title: 'In flight', number: true, show: row => count(row.in_flight) },
    { title: 'Begins anew', show: ({ window_end: end = null }) => time(end) },
    {
      title: 'Actions',
      show: row => <Actions owner={row.source} edit={() => setAsked({ edit: row })} remove={() => setAsked({ remove: row })} />,
    },
  ]
  return (
    <Section
      title="Rate limits"
      tools={
        <button type="button" onClick={() => setAsked({ edit: undefined })}>
          New rate limit
        </button>
      }
    >
      <DataTable label="Rate limits" rows={{ ...limits, data: limits.data?.rate_limits }} columns={columns} none="There is none." id={identity} />
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit === undefined ? 'New rate limit' : `Rate limit of ${asked.edit.subject}`}
          verb="Save"
          fields={limitFields(asked.edit)}
          close={close}
          save={async form =>
            await write('PUT', {
              ...named(form, asked.edit),
              limit_key: keyOf(form, asked.edit),
              max_requests: numberOrNone(form, 'max_requests'),
              max_tokens: numberOrNone(form, 'max_tokens'),
            })
          }
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete the rate limit of ${asked.remove.subject}?`}
          text="Calls are no longer counted for it."
          verb="Delete"
          close={close}
          act={async () => await write('DELETE', { ...named(undefined, asked.remove), limit_key: { period_seconds: asked.remove.period_seconds } })}
        />
      )}
    </Section>
  )
}

type Limited = Pick<BudgetView, 'subject' | 'per_child' | 'period_seconds'> & { readonly scope: string; readonly effective_subject?: string }

function identity({ scope, subject: of, effective_subject: effective = '', period_seconds: seconds }: Limited): string {
  return [scope, of, effective, seconds].join(' ')
}

function subject({ scope, subject: of, effective_subject: effective, per_child: perChild }: Limited) {
  return [
    <span>{effective ?? of}</span>,
    scope === 'user_path' ? null : <small class="faint"> {scope}</small>,
    perChild ? <small class="faint"> each path below {of}</small> : null,
  ]
}

function used(already: number, most: number | undefined) {
  return most === undefined ? count(already) : <Gauge used={already} of={most} text={`${count(already)} of ${count(most)}`} />
}

function Gauge({ used: already, of, text }: { readonly used: number; readonly of: number; readonly text: string }) {
  return (
    <span class="gauge">
      <meter aria-label={text} min={0} max={of} high={of * 0.8} optimum={0} value={Math.min(already, of)} /> {text}
    </span>
  )
}

interface ActionsProps {
  readonly owner: 'config' | 'manual'
  readonly edit: () => void
  readonly remove: () => void
  readonly children?: ComponentChildren
}

/** What stands in the configuration is changed there. */
function Actions({ owner, edit, remove, children }: ActionsProps) {
  return (
    <span class="actions">
      {children}
      {owner === 'config' ? (
        <Badge>config</Badge>
      ) : (
        <>
          <button type="button" onClick={edit}>
            Edit
          </button>
          <button type="button" onClick={remove}>
            Delete
          </button>
        </>
      )}
    </span>
  )
}

/** Whose it is stays as it is where one is edited. */
function whose(edited: Limited | undefined, scopes: readonly string[], periods: readonly string[]): readonly Field[] {
  if (edited !== undefined) return []
  return [
    { name: 'scope', title: 'Scope', options: scopes },
    { name: 'subject', title: 'For', required: true, hint: 'Such as /team/a for a user path.' },
    { name: 'per_child', title: 'For each path below it by itself', type: 'checkbox' },
    { name: 'period', title: 'Period', options: periods },
  ]
}

function budgetFields(edited: BudgetView | undefined): readonly Field[] {
  return [
    ...whose(edited, ['user_path', 'label', 'user', 'key'], ['daily', 'weekly', 'monthly']),
    { name: 'amount', title: 'Amount in USD', type: 'number', required: true, value: edited?.amount },
  ]
}

function limitFields(edited: RateLimitView | undefined): readonly Field[] {
  return [
    ...whose(edited, ['user_path', 'key', 'provider', 'model'], ['minute', 'hour', 'day']),
    { name: 'max_requests', title: 'Requests', type: 'number', value: edited?.max_requests, hint: 'No limit if empty.' },
    { name: 'max_tokens', title: 'Tokens', type: 'number', value: edited?.max_tokens, hint: 'No limit if empty.' },
  ]
}

function named(form: FormData | undefined, edited: Limited | undefined): object {
  if (edited !== undefined) return { scope: edited.scope, subject: edited.subject, per_child: edited.per_child }
  return form === undefined ? {} : { scope: textIn(form, 'scope'), subject: textIn(form, 'subject'), per_child: form.get('per_child') !== null }
}

function keyOf(form: FormData, edited: Limited | undefined): object {
  return edited === undefined ? { period: textIn(form, 'period') } : { period_seconds: edited.period_seconds }
}

function numberOrNone(form: FormData, name: string): number | null {
  const text = textIn(form, name)
  return text === '' ? null : Number(text)
}
