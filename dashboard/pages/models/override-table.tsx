/** All that administrators say of models, also of models that are not there. */

import { useState } from 'preact/hooks'
import type { ModelMetadata } from '../../../schemas/admin/model-metadata.schema.ts'
import type { PriceList } from '../../../schemas/records/pricing.schema.ts'
import { time } from '../../data/words.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Section } from '../../parts/section.tsx'
import { paths, type Asked, type KnownOverrides, type Override, type Write } from './overrides.ts'
import { price, rateNames, rates } from './prices.ts'

interface OverridesProps {
  readonly overrides: KnownOverrides
  ask(asked: Asked): void
  readonly write: Write
}

export function Overrides({ overrides: { rows }, ask, write }: OverridesProps) {
  const [removed, setRemoved] = useState<Override>()
  return (
    <Section
      title="Overrides"
      tools={
        <span class="actions">
          <button type="button" onClick={() => ask({ form: 'prices', selector: undefined })}>
            Set prices
          </button>
          <button type="button" onClick={() => ask({ form: 'metadata', selector: undefined })}>
            Set metadata
          </button>
        </span>
      }
    >
      <DataTable
        label="Overrides"
        rows={rows}
        columns={[...columns, actions(ask, setRemoved)]}
        none="Prices and metadata are those of the configuration, the providers and the catalogue."
        id={({ form, selector }) => `${form} ${selector}`}
      />
      {removed !== undefined && (
        <Confirm
          title={`Delete the ${removed.form} of ${removed.selector}?`}
          text="What the configuration, the provider or the catalogue says counts again."
          verb="Delete"
          close={() => setRemoved(undefined)}
          act={async () => await write('DELETE', paths[removed.form], { selector: removed.selector })}
        />
      )}
    </Section>
  )
}

const columns: readonly Column<Override>[] = [
  { title: 'For', show: ({ selector }) => <code>{selector}</code> },
  { title: 'Sets', show: ({ form }) => form },
  { title: 'To', show: override => (override.form === 'prices' ? pricesIn(override.pricing) : metadataIn(override.metadata)) },
  { title: 'Changed', show: ({ updated_at: at }) => time(at) },
]

function pricesIn(pricing: PriceList): string {
  const { tiers, time_windows: windows } = pricing
  const given = rateNames.flatMap(rate => (pricing[rate] === undefined ? [] : [`${rates[rate].toLowerCase()} ${price(pricing[rate])}`]))
  return [...given, ...(tiers === undefined ? [] : ['by length']), ...(windows === undefined ? [] : ['by hour'])].join(', ')
}

function metadataIn({ capabilities = {}, ...texts }: ModelMetadata): string {
  const can = Object.entries(capabilities).map(([name, has]) => `${has ? '' : 'no '}${name.replaceAll('_', ' ')}`)
  return [...Object.entries(texts).map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`), ...can].join(', ')
}

function actions(ask: OverridesProps['ask'], remove: (override: Override) => void): Column<Override> {
  return {
    title: 'Actions',
    show: override => (
      <span class="actions">
        <button type="button" onClick={() => ask({ form: override.form, selector: override.selector })}>
          Edit
        </button>
        <button type="button" onClick={() => remove(override)}>
          Delete
        </button>
      </span>
    ),
  }
}
