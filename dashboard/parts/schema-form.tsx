/** The fields of a form for options that a JSON Schema describes; `optionsIn` reads them. */

import { kindOf, titleOf, type Options, type OptionsSchema } from '../data/options-schema.ts'
import type { IsWrong } from './form-dialog.tsx'
import { Labelled } from './labelled.tsx'

interface SchemaFieldsProps {
  /** The fields are called `name.option`. */
  readonly name: string
  readonly schema: OptionsSchema
  readonly values: Options
  readonly isWrong: IsWrong
  /** The id of a `datalist` of models. */
  readonly models?: string
}

export function SchemaFields({ name, schema: { properties = {}, required = [] }, values, isWrong, models }: SchemaFieldsProps) {
  return Object.entries(properties).map(([key, schema]) => {
    const field = { name: `${name}.${key}`, schema, value: values[key], required: required.includes(key), wrong: isWrong(`${name}.${key}`), models }
    return kindOf(schema) === 'choices' ? (
      <Choices key={key} title={titleOf(key)} {...field} />
    ) : (
      <Labelled key={key} title={titleOf(key)} hint={schema.description} check={kindOf(schema) === 'boolean'}>
        <Input {...field} />
      </Labelled>
    )
  })
}

interface FieldProps {
  readonly name: string
  readonly schema: OptionsSchema
  /** Undefined where nothing is said. */
  readonly value: unknown
  readonly required: boolean
  readonly wrong: boolean
  readonly models: string | undefined
}

function Choices({ title, name, schema: { items = {}, default: usual = [], description }, value = usual }: FieldProps & { readonly title: string }) {
  const chosen = (value as readonly unknown[]).map(String)
  return (
    <fieldset>
      <legend>{title}</legend>
      <div class="choices">
        {items.enum?.map(String).map(choice => (
          <label key={choice} class="check">
            <input type="checkbox" name={name} value={choice} defaultChecked={chosen.includes(choice)} />
            {choice}
          </label>
        ))}
      </div>
      <small>{description}</small>
    </fieldset>
  )
}

function Input({ name, schema, value, required, wrong, models }: FieldProps) {
  const { default: usual, enum: choices = [], minimum, maximum, type } = schema
  const common = { name, required, 'aria-invalid': wrong }
  const written = { ...common, placeholder: textOf(usual), defaultValue: textOf(value) }
  switch (kindOf(schema)) {
    case 'boolean':
      return <input {...common} required={false} type="checkbox" defaultChecked={(value ?? usual) === true} />
    case 'choice':
      return (
        <select {...common}>
          {usual === undefined && !required && <option value="">–</option>}
          {choices.map(String).map(choice => (
            <option key={choice} selected={choice === String(value ?? usual)}>
              {choice}
            </option>
          ))}
        </select>
      )
    case 'secret':
      return (
        <input
          {...common}
          required={required && value === undefined}
          type="password"
          autocomplete="new-password"
          placeholder={value === undefined ? '' : 'unchanged'}
        />
      )
    case 'number':
      return <input {...written} type="number" step={type === 'integer' ? 1 : 'any'} min={minimum} max={maximum} />
    case 'model':
      return <input {...written} list={models} />
    case 'text':
      return <input {...written} />
    case 'list':
      return <textarea {...common} rows={3} placeholder="one in each line" defaultValue={(value as readonly unknown[] | undefined)?.join('\n') ?? ''} />
    case 'json':
      return <textarea {...common} class="code" rows={4} placeholder="JSON" defaultValue={value === undefined ? '' : JSON.stringify(value, undefined, 2)} />
    default:
      return <textarea {...written} rows={4} />
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
