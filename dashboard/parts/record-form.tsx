/** A form in a dialog whose fields are listed: one for each member of a record. */

import type { ComponentProps } from 'preact'
import { FormDialog } from './form-dialog.tsx'
import { Labelled } from './labelled.tsx'

export interface Field {
  /** As the admin API calls it. */
  readonly name: string
  readonly title: string
  readonly hint?: string
  readonly type?: 'text' | 'number' | 'checkbox' | 'datetime-local' | 'textarea'
  readonly required?: boolean
  /** `on` for a box that is ticked. */
  readonly value?: string | number | undefined
  /** Only one of these may be chosen. */
  readonly options?: readonly string[]
}

type RecordFormProps = Omit<ComponentProps<typeof FormDialog>, 'children'> & { readonly fields: readonly Field[] }

export function RecordForm({ fields, ...form }: RecordFormProps) {
  return (
    <FormDialog {...form}>
      {(_, refused) =>
        fields.map(field => (
          <Labelled key={field.name} title={field.title} hint={field.hint} check={field.type === 'checkbox'}>
            <Input field={field} wrong={refused.split('.').includes(field.name)} />
          </Labelled>
        ))
      }
    </FormDialog>
  )
}

function Input({ field: { name, type = 'text', required = false, value, options }, wrong }: { readonly field: Field; readonly wrong: boolean }) {
  if (options !== undefined)
    return (
      <select name={name} aria-invalid={wrong}>
        {options.map(option => (
          <option key={option} selected={option === value}>
            {option}
          </option>
        ))}
      </select>
    )
  if (type === 'textarea') return <textarea name={name} rows={8} required={required} aria-invalid={wrong} defaultValue={String(value ?? '')} />
  if (type === 'checkbox') return <input name={name} type={type} aria-invalid={wrong} defaultChecked={value === 'on'} />
  return (
    <input name={name} type={type} step={type === 'number' ? 'any' : undefined} required={required} aria-invalid={wrong} defaultValue={String(value ?? '')} />
  )
}
