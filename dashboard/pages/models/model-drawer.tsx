/** All that is known of one model, and what can be done about it. */

import { Link } from 'wouter-preact'
import type { PriceList } from '../../../schemas/records/pricing.schema.ts'
import type { Reach } from '../../data/access.ts'
import { count, time } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import { Part } from '../../parts/section.tsx'
import { Access } from './access.tsx'
import { displayName, type KnownModel } from './catalogue.ts'
import { UseMeter, usesOf } from './gauge.tsx'
import type { Asked, KnownOverrides, Write } from './overrides.ts'
import { exceptionsOf, isPerMillion, price, rateNames, rates } from './prices.ts'

interface DrawerProps {
  readonly model: KnownModel
  readonly reach: Reach
  readonly overrides: KnownOverrides
  ask(asked: Asked): void
  readonly write: Write
  readonly close: () => void
}

export function ModelDrawer({ model, reach, overrides, ask, write, close }: DrawerProps) {
  const { selector, limits, health } = model
  return (
    <Dialog title={selector} drawer close={close}>
      <p class="actions">
        <CopyButton text={() => selector}>Copy selector</CopyButton>
        <Link href={`/playground?model=${encodeURIComponent(selector)}`}>Open in Playground</Link>
      </p>
      <Part title="What it is">
        <Known model={model} />
        {reach.global && (
          <p class="actions">
            <button type="button" onClick={() => ask({ form: 'metadata', selector })}>
              {overrides.metadata.has(selector) ? 'Edit metadata' : 'Set metadata'}
            </button>
          </p>
        )}
      </Part>
      <Part title="Prices">
        <Prices model={model} />
        {reach.global && (
          <p class="actions">
            <button type="button" onClick={() => ask({ form: 'prices', selector })}>
              {overrides.prices.has(selector) ? 'Edit prices' : 'Set prices'}
            </button>
          </p>
        )}
      </Part>
      <Part title="Access">
        <Access model={model} global={reach.global} edit={() => ask({ form: 'access', selector })} write={write} />
      </Part>
      {reach.isOn('RATE_LIMITS_ENABLED') && (
        <Part title="Rate limits">
          {limits.length === 0 && <p>There is none for this model.</p>}
          <ul class="plain-list">
            {limits.flatMap(usesOf).map(use => (
              <li key={use.text}>
                <UseMeter use={use} /> {use.text}
              </li>
            ))}
          </ul>
          <p>
            <Link href={`/limits?scope=model&search=${encodeURIComponent(limits[0]?.subject ?? selector)}`}>Limits</Link>
          </p>
        </Part>
      )}
      {health !== undefined && (
        <Part title="Last 10 minutes">
          <p>
            {count(health.requests)} calls, {count(health.errors)} failed.
          </p>
          {health.last_error !== undefined && (
            <p class="failed">
              {time(health.last_error.at)} {health.last_error.status_code}: {health.last_error.message}
            </p>
          )}
        </Part>
      )}
    </Dialog>
  )
}

function Known({ model }: { readonly model: KnownModel }) {
  const {
    model: { metadata = {}, owned_by: owner },
    provider_name: provider,
    provider_type: type,
    stale,
  } = model
  const { capabilities } = metadata
  const can = typeof capabilities === 'object' && capabilities !== null ? Object.entries(capabilities).filter(([, has]) => has === true) : []
  const facts: readonly Fact[] = [
    ['Name', displayName(model)],
    ['Provider', provider === type ? provider : `${provider} (${type})`],
    ['Owned by', owner],
    ['For', listed(metadata['categories']) ?? listed(metadata['modes'])],
    ['Model behind it', typeof metadata['base_model'] === 'string' ? metadata['base_model'] : undefined],
    ['Context window', tokens(metadata['context_window'])],
    ['Longest answer', tokens(metadata['max_output_tokens'])],
    ['Capabilities', can.length === 0 ? '' : can.map(([name]) => <Badge key={name}>{name.replaceAll('_', ' ')}</Badge>)],
  ]
  return (
    <>
      {stale && <p class="failed">Its provider could not be asked for its models the last time.</p>}
      <Facts facts={facts} />
    </>
  )
}

function listed(value: unknown): string | undefined {
  return Array.isArray(value) ? value.map(one => String(one).replaceAll('_', ' ')).join(', ') : undefined
}

function tokens(value: unknown): string | undefined {
  return typeof value === 'number' ? `${count(value)} tokens` : undefined
}

function Prices({ model: { pricing: known, pricing_sources: sources } }: { readonly model: KnownModel }) {
  const pricing: PriceList = known
  const given = rateNames.filter(rate => pricing[rate] !== undefined || exceptionsOf(pricing, rate).length > 0)
  if (given.length === 0) return <p>None is known: what its calls cost is unknown, too.</p>
  return (
    <div class="scroll">
      <table aria-label="Prices">
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col" class="number">
              USD
            </th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {given.map(rate => (
            <tr key={rate}>
              <td>
                {rates[rate]} {isPerMillion(rate) && <small class="faint">per million tokens</small>}
                {exceptionsOf(pricing, rate).map(exception => (
                  <small key={exception} class="line">
                    * {exception}
                  </small>
                ))}
              </td>
              <td class="number">
                {price(pricing[rate])}
                {exceptionsOf(pricing, rate).length > 0 && ' *'}
              </td>
              <td>
                <Badge>{sources[rate] ?? sources['time_windows'] ?? sources['tiers']}</Badge>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
