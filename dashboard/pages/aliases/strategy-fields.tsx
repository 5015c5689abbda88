/** What the plugin that chooses targets is told for this alias. */

import type { GuardrailField } from '../../../schemas/admin/guardrails.schema.ts'
import { jsonIn, textIn } from '../../data/form.ts'
import { Labelled } from '../../parts/labelled.tsx'

interface StrategyFieldsProps {
  /** None: nothing is known of what it takes. */
  readonly fields: readonly GuardrailField[]
  readonly config: Readonly<Record<string, unknown>>
}

const wholeName = 'strategy_config'
const nameOf = (field: GuardrailField) => `${wholeName}.${field.key}`

export function StrategyFields({ fields, config }: StrategyFieldsProps) {
  if (fields.length === 0)
    return (
      <Labelled title="Options of the strategy, as JSON">
        <textarea name={wholeName} rows={4} defaultValue={JSON.stringify(config, undefined, 2)} />
      </Labelled>
    )
  return (
    <>
      {fields.map(field => (
        <Labelled key={field.key} title={field.label} hint={field.help}>
          <Input field={field} value={config[field.key]} />
        </Labelled>
      ))}
    </>
  )
}

function Input({ field, value }: { readonly field: GuardrailField; readonly value: unknown }) {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  if (field.input === 'select')
    return (
      <select name={nameOf(field)}>
        <option value="">as usual</option>
        {field.options.map(option => (
          <option key={option} selected={option === value}>
            {option}
          </option>
        ))}
      </select>
    )
  return <input name={nameOf(field)} type={field.input === 'number' ? 'number' : 'text'} step="any" placeholder="as usual" defaultValue={text} />
}

/** What was filled in; what is empty is as the plugin's own options say. */
export function configIn(form: FormData, fields: readonly GuardrailField[]): Record<string, unknown> {
  if (fields.length === 0) return (jsonIn(form, wholeName) ?? {}) as Record<string, unknown>
  const given = fields.map(field => [field, textIn(form, nameOf(field))] as const).filter(([, text]) => text !== '')
  return Object.fromEntries(given.map(([{ key, input }, text]) => [key, input === 'number' ? Number(text) : text]))
}
