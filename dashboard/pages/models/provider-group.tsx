/** The models of one provider; each row leads to all that is known of its model. */

import { Link } from 'wouter-preact'
import type { PriceList } from '../../../schemas/records/pricing.schema.ts'
import { count } from '../../data/words.ts'
import { Badge, HealthBadge } from '../../parts/badge.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { DataTable, rowsOf, type Column } from '../../parts/data-table.tsx'
import { displayName, type KnownModel, type ProviderGroup } from './catalogue.ts'
import { Gauge } from './gauge.tsx'
import { exceptionsOf, isPerMillion, price, rateNames, rates, type Rate } from './prices.ts'

interface GroupProps {
  readonly group: ProviderGroup
  open(selector: string): void
}

export function Group({ group: { name, type, status, limits, models }, open }: GroupProps) {
  return (
    <section>
      <details class="fold" open>
        <summary>
          <h2>{name}</h2> {name !== type && <small class="faint">{type}</small>} <small class="faint">{count(models.length)}</small>
          {status !== undefined && status.status !== 'healthy' && (
            <Link href="/providers">
              <HealthBadge status={status.status}>{status.status_label}</HealthBadge>
            </Link>
          )}
          <Gauge limits={limits} />
        </summary>
        <DataTable
          label={`Models of ${name}`}
          rows={rowsOf(models)}
          columns={columns}
          none=""
          id={({ selector }) => selector}
          open={({ selector }) => open(selector)}
        />
      </details>
    </section>
  )
}

const columns: readonly Column<KnownModel>[] = [
  {
    title: 'Model',
    show: model => [
      <code key="id">{model.model.id}</code>,
      displayName(model) === undefined ? null : (
        <small key="name" class="faint">
          {' '}
          {displayName(model)}
        </small>
      ),
    ],
  },
  { title: 'Input', number: true, show: ({ pricing }) => shownPrice(pricing, 'input_per_mtok') },
  { title: 'Cached input', number: true, show: ({ pricing }) => shownPrice(pricing, 'cached_input_per_mtok') },
  { title: 'Output', number: true, show: ({ pricing }) => shownPrice(pricing, 'output_per_mtok') },
  { title: 'Other prices', show: ({ pricing }) => otherPrices(pricing) },
  { title: 'Prices from', show: ({ pricing_sources: sources }) => [...new Set(Object.values(sources))].join(', ') },
  { title: 'Limit', show: ({ limits }) => <Gauge limits={limits} /> },
  { title: 'State', show: state },
  {
    title: 'Actions',
    show: ({ selector }) => (
      // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- it only keeps the row from opening
      <span onClick={event => event.stopPropagation()}>
        <CopyButton text={() => selector} />
      </span>
    ),
  },
]

/** Of a million tokens; with a star where it differs by hour or by length. */
function shownPrice(pricing: PriceList, rate: Rate) {
  const exceptions = exceptionsOf(pricing, rate)
  if (exceptions.length === 0) return price(pricing[rate])
  return <span title={exceptions.join('\n')}>{price(pricing[rate])} *</span>
}

/** What is not charged by the token. */
function otherPrices(pricing: PriceList): string {
  const given = rateNames.filter(rate => !isPerMillion(rate) && pricing[rate] !== undefined)
  return given.map(rate => `${price(pricing[rate])} a ${rates[rate].toLowerCase()}`).join(', ')
}

function state({ access: { enabled, user_paths: paths, groups }, stale, health }: KnownModel) {
  const some = [...paths, ...groups]
  return [
    enabled ? null : <Badge kind="bad">disabled</Badge>,
    enabled && some.length > 0 ? (
      <span title={some.join('\n')}>
        <Badge kind="warn">not for all</Badge>
      </span>
    ) : null,
    stale ? <Badge kind="warn">stale</Badge> : null,
    health?.flagged === true ? <Badge kind="bad">{`${count(health.errors)} of ${count(health.requests)} fail`}</Badge> : null,
  ]
}
