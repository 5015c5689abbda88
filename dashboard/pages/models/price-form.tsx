/** Sets prices for the models that a selector means. What is left empty stays as the configuration, the provider or the catalogue says. */

import type { AdminModel } from '../../../schemas/admin/models.schema.ts'
import type { PriceList } from '../../../schemas/records/pricing.schema.ts'
import { jsonIn } from '../../data/form.ts'
import { FormDialog, type IsWrong } from '../../parts/form-dialog.tsx'
import { Labelled } from '../../parts/labelled.tsx'
import { paths, selectorIn, type Write } from './overrides.ts'
import { rateNames, rates, type Rate } from './prices.ts'

interface PriceFormProps {
  /** Undefined where it is asked for. */
  readonly selector: string | undefined
  /** What is set already, by selector. */
  readonly there: ReadonlyMap<string, PriceList>
  /** The model, where it is about one. */
  readonly known: AdminModel | undefined
  readonly close: () => void
  readonly write: Write
}

const first: readonly Rate[] = ['input_per_mtok', 'output_per_mtok', 'cached_input_per_mtok', 'cache_write_per_mtok']
const more = rateNames.filter(rate => !first.includes(rate))

export function PriceForm({ selector, there, known, close, write }: PriceFormProps) {
  const given = there.get(selector ?? '') ?? {}
  const input = (rate: Rate, isWrong: IsWrong) => (
    <Labelled key={rate} title={rates[rate]}>
      <input
        name={`pricing.${rate}`}
        type="number"
        step="any"
        min="0"
        aria-invalid={isWrong(`pricing.${rate}`)}
        placeholder={placeholder(known, rate)}
        defaultValue={String(given[rate] ?? '')}
      />
    </Labelled>
  )
  return (
    <FormDialog
      title={selector === undefined ? 'Prices' : `Prices of ${selector}`}
      close={close}
      save={async form => await write('PUT', paths.prices, { selector: selectorIn(form, selector, there), pricing: pricesIn(form) })}
    >
      {isWrong => (
        <>
          {selector === undefined && <SelectorInput wrong={isWrong('selector')} />}
          <p class="faint">In USD, of tokens by the million. What stays empty is as the configuration, the provider or the catalogue says; 0 is free.</p>
          <div class="pairs">{first.map(rate => input(rate, isWrong))}</div>
          <details open={more.some(rate => given[rate] !== undefined) || given.tiers !== undefined || given.time_windows !== undefined}>
            <summary>More prices, by length and by hour</summary>
            <div class="stacked">
              <div class="pairs">{more.map(rate => input(rate, isWrong))}</div>
              <Json name="tiers" title="By length of the prompt, as JSON" value={given.tiers} wrong={isWrong('pricing.tiers')} example={tierExample} />
              <Json name="time_windows" title="By hour, as JSON" value={given.time_windows} wrong={isWrong('pricing.time_windows')} example={windowExample} />
            </div>
          </details>
        </>
      )}
    </FormDialog>
  )
}

export function SelectorInput({ wrong }: { readonly wrong: boolean }) {
  return (
    <Labelled title="For" hint="provider/model, provider/*, model or *">
      <input name="selector" required aria-invalid={wrong} />
    </Labelled>
  )
}

/** What holds now, unless it was set here. */
function placeholder(known: AdminModel | undefined, rate: Rate): string | undefined {
  const value = (known?.pricing as PriceList | undefined)?.[rate]
  const source = known?.pricing_sources[rate]
  return value === undefined || source === 'override' ? undefined : `${value} (${source})`
}

const tierExample = '[{ "up_to_tokens": 200000, "input_per_mtok": 3 }]'
const windowExample = '[{ "label": "night", "utc_ranges": [{ "start": "22:00", "end": "06:00" }], "pricing": { "input_per_mtok": 1 } }]'

interface JsonProps {
  readonly name: string
  readonly title: string
  readonly value: unknown
  readonly wrong: boolean
  readonly example: string
}

function Json({ name, title, value, wrong, example }: JsonProps) {
  return (
    <Labelled title={title}>
      <textarea
        name={`pricing.${name}`}
        rows={3}
        placeholder={example}
        aria-invalid={wrong}
        defaultValue={value === undefined ? '' : JSON.stringify(value, undefined, 2)}
      />
    </Labelled>
  )
}

/** @throws Refusal for what is no JSON */
function pricesIn(form: FormData): object {
  const names = [...rateNames, 'tiers', 'time_windows']
  return Object.fromEntries(
    names.flatMap(name => {
      const value = jsonIn(form, `pricing.${name}`)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
