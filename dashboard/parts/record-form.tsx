/** A form in a dialog that the admin API takes a record from; it says which field was wrong. */

import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Refusal } from '../data/api.ts'
import { Dialog } from './dialog.tsx'

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

interface RecordFormProps {
  readonly title: string
  readonly verb: string
  readonly fields: readonly Field[]
  readonly close: () => void
  /** What is said below of what stands in the fields, at each change. */
  readonly remark?: (form: FormData) => ComponentChildren
  /** What it throws is said in the form. Else it takes the form away. */
  save(form: FormData): Promise<unknown>
}

export function RecordForm({ title, verb, fields, close, remark, save }: RecordFormProps) {
  const [refused, setRefused] = useState<Error>()
  const [saving, setSaving] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    setSaving(true)
    try {
      await save(new FormData(form))
    } catch (cause) {
      setRefused(cause as Error)
      // Once the field is marked.
      setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
    }
    setSaving(false)
  }
  const form = useRef<HTMLFormElement>(null)
  const [filled, setFilled] = useState<FormData>()
  const look = () => setFilled(new FormData(form.current ?? undefined))
  useLayoutEffect(look, [])
  const wrong = refused instanceof Refusal ? refused.param?.split('.') : undefined
  return (
    <Dialog title={title} close={close}>
      <form ref={form} onInput={remark && look} onSubmit={event => void submit(event)}>
        {fields.map(field => (
          <label key={field.name} class={field.type === 'checkbox' ? 'check' : undefined}>
            {field.type !== 'checkbox' && field.title}
            <Input field={field} wrong={wrong?.includes(field.name) === true} />
            {field.type === 'checkbox' && field.title}
            {field.hint !== undefined && <small class="faint">{field.hint}</small>}
          </label>
        ))}
        {filled !== undefined && remark?.(filled)}
        {refused !== undefined && <p role="alert">{refused.message}</p>}
        <p class="answers">
          <button type="submit" class="first" disabled={saving}>
            {verb}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
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
