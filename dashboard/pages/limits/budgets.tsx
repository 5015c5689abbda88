/** Budgets: what is spent of each, how much is left, and until when. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { BudgetList, BudgetView } from '../../../schemas/admin/budgets.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, send } from '../../data/api.ts'
import { textIn } from '../../data/form.ts'
import { money, share, time } from '../../data/words.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RecordForm } from '../../parts/record-form.tsx'
import { Section } from '../../parts/section.tsx'
import { Actions, Gauge, whose } from './cells.tsx'
import { identity, ruleFields, ruleIn, ruleOf, useShown } from './rules.ts'

type Asked = { readonly edit: BudgetView | undefined } | { readonly reset: BudgetView } | { readonly remove: BudgetView }

export function Budgets({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const budgets = useQuery({ queryKey: ['budgets'], queryFn: async () => await get<BudgetList>('/budgets'), refetchInterval: 10_000 })
  const shown = useShown(budgets.data?.budgets)
  const write = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body: object) =>
    queries.setQueryData(['budgets'], await send<BudgetList>(method, path, body))
  return (
    <Section
      title="Budgets"
      tools={
        <button type="button" onClick={() => setAsked({ edit: undefined })}>
          New budget
        </button>
      }
    >
      <DataTable
        label="Budgets"
        rows={{ ...budgets, data: shown }}
        columns={[...columns, actions(setAsked)]}
        none={budgets.data?.budgets.length === 0 ? 'There is none: everybody may spend what they like.' : 'None fits.'}
        id={row => `${identity(row)} ${row.effective_subject}`}
      />
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit === undefined ? 'New budget' : `Budget of ${asked.edit.subject}`}
          fields={[
            ...(asked.edit === undefined ? ruleFields(undefined, reach.global ? scopes : ['user_path'], periods) : []),
            { name: 'amount', title: 'Amount in USD', type: 'number', required: true, value: asked.edit?.amount },
          ]}
          close={close}
          save={async form => {
            const { whose, period } = asked.edit === undefined ? ruleIn(form, budgets.data?.budgets ?? []) : ruleOf(asked.edit)
            await write('PUT', '/budgets', { ...whose, budget_key: period, amount: Number(textIn(form, 'amount')) })
            close()
          }}
        />
      )}
      {asked !== undefined && 'reset' in asked && (
        <Confirm
          title={`Reset the budget of ${asked.reset.subject}?`}
          text={`What was spent so far counts no longer${asked.reset.per_child ? ', for all paths that have this budget' : ''}. It stays in the usage log.`}
          verb="Reset"
          close={close}
          act={async () => {
            const { scope, subject, period_seconds } = asked.reset
            await write('POST', '/budgets/reset-one', { scope, subject, period_seconds })
          }}
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Delete the budget of ${asked.remove.subject}?`}
          text="What was spent stays in the usage log."
          verb="Delete"
          close={close}
          act={async () => {
            const { whose, period } = ruleOf(asked.remove)
            await write('DELETE', '/budgets', { ...whose, budget_key: period })
          }}
        />
      )}
    </Section>
  )
}

const scopes = ['user_path', 'label', 'user', 'key']
const periods = ['hourly', 'daily', 'weekly', 'monthly']

const columns: readonly Column<BudgetView>[] = [
  { title: 'For', show: whose },
  { title: 'Spent', show: ({ spent, amount }) => <Gauge used={spent} of={amount}>{`${money(spent)} of ${money(amount)}`}</Gauge> },
  { title: 'Used', number: true, show: ({ spent, amount }) => share(spent, amount) },
  { title: 'Remaining', number: true, show: ({ remaining }) => money(remaining) },
  {
    title: 'Period',
    show: ({ period_label: label, period_ratio: over }) => (
      <span class="gauge">
        <progress aria-label={`${Math.round(100 * over)} % of the period is over`} value={over} />
        <small class="under">
          {label}, {Math.round(100 * over)} % over
        </small>
      </span>
    ),
  },
  { title: 'Resets at', show: ({ period_end: end }) => time(end) },
]

function actions(ask: (what: Asked) => void): Column<BudgetView> {
  return {
    title: 'Actions',
    show: row => <Actions rule={row} edit={() => ask({ edit: row })} reset={() => ask({ reset: row })} remove={() => ask({ remove: row })} />,
  }
}
