/** Adds or edits a provider: the type says what is asked for. Secrets that are stored are not shown, and stay unless others are typed. */

import { useState } from 'preact/hooks'
import type { ProviderCredentialView, ProviderCredentialWrite, ProviderTypeView } from '../../../schemas/admin/provider-credentials.schema.ts'
import { FormDialog, type IsWrong } from '../../parts/form-dialog.tsx'
import { Labelled } from '../../parts/labelled.tsx'
import { storedIn, titleOf, writeOf, type Field } from './credentials.ts'

interface FormProps {
  readonly types: readonly ProviderTypeView[]
  readonly edited: ProviderCredentialView | undefined
  readonly close: () => void
  save(write: ProviderCredentialWrite): Promise<unknown>
}

export function ProviderForm({ types, edited, close, save }: FormProps) {
  const [name, setName] = useState(edited?.type ?? 'openai')
  const type = types.find(one => one.type === name) ?? types[0]
  if (type === undefined) return null
  const fieldsOf = (advanced: boolean) => type.fields.filter(field => field.advanced === advanced)
  return (
    <FormDialog title={edited === undefined ? 'New provider' : edited.name} close={close} save={async form => await save(writeOf(form, type, edited))}>
      {isWrong => (
        <>
          {edited === undefined && (
            <>
              <Labelled title="Type">
                <select name="type" value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
                  {types.map(one => (
                    <option key={one.type}>{one.type}</option>
                  ))}
                </select>
              </Labelled>
              <Labelled title="Name" hint="What selectors such as name/model say.">
                <input name="name" required aria-invalid={isWrong('name')} />
              </Labelled>
            </>
          )}
          {fieldsOf(false).map(field => (
            <FieldInput key={field.name} field={field} type={type} edited={edited} isWrong={isWrong} />
          ))}
          <Labelled title="Enabled" check>
            <input name="enabled" type="checkbox" defaultChecked={edited?.enabled ?? true} />
          </Labelled>
          <details open={fieldsOf(true).some(field => isWrong(field.name))}>
            <summary>More</summary>
            <div class="stacked">
              {fieldsOf(true).map(field => (
                <FieldInput key={field.name} field={field} type={type} edited={edited} isWrong={isWrong} />
              ))}
            </div>
          </details>
        </>
      )}
    </FormDialog>
  )
}

interface FieldProps {
  readonly field: Field
  readonly type: ProviderTypeView
  readonly edited: ProviderCredentialView | undefined
  readonly isWrong: IsWrong
}

function FieldInput({ field, type, edited, isWrong }: FieldProps) {
  const { name, required, secret, help, options } = field
  const title = titleOf(field)
  const stored = storedIn(edited, name)
  const wrong = isWrong(name)
  if (name === 'api_keys') return <Keys required={required} stored={edited?.api_keys ?? []} isWrong={isWrong} />
  if (name === 'session_sticky_keys')
    return (
      <Labelled title={title} check>
        <input name={name} type="checkbox" defaultChecked={stored !== false} />
      </Labelled>
    )
  if (name === 'models')
    return (
      <Labelled title={title} hint="One on each line. Needed only where the provider does not list them.">
        <textarea name={name} rows={2} aria-invalid={wrong} defaultValue={edited?.models.join('\n') ?? ''} />
      </Labelled>
    )
  if (name === 'trip_on')
    return (
      <Labelled title={title} hint="What an error says that opens the circuit breaker at once, and for how long.">
        <textarea
          name={name}
          rows={3}
          placeholder={'{ "weekly": { "match": "weekly limit", "ttl": "4h" } }'}
          aria-invalid={wrong}
          defaultValue={edited === undefined || Object.keys(edited.trip_on).length === 0 ? '' : JSON.stringify(edited.trip_on, undefined, 2)}
        />
      </Labelled>
    )
  if (secret) return <Secret name={name} title={title} hint={help} stored={stored as string | null} wrong={wrong} />
  if (options !== undefined)
    return (
      <Labelled title={title} hint={help}>
        <select name={name} aria-invalid={wrong}>
          <option value="">as usual</option>
          {options.map(option => (
            <option key={option} selected={option === stored}>
              {option}
            </option>
          ))}
        </select>
      </Labelled>
    )
  return (
    <Labelled title={title} hint={help}>
      <input
        name={name}
        required={required}
        placeholder={name === 'base_url' ? (type.default_base_url ?? undefined) : undefined}
        aria-invalid={wrong}
        defaultValue={(stored as string | null) ?? ''}
      />
    </Labelled>
  )
}

/** Each key has its place, and asterisks stand for the key at their place: so only the last one can go, and the others can be replaced. */
function Keys({ required, stored, isWrong }: { readonly required: boolean; readonly stored: readonly string[]; readonly isWrong: IsWrong }) {
  const [count, setCount] = useState(Math.max(1, stored.length))
  const places = Array.from({ length: count }, (_, at) => at)
  // What is wrong with all of them is marked at the first.
  const wrong = places.find(at => isWrong(`api_keys.${at}`)) ?? (isWrong('api_keys') || isWrong('api_key') ? 0 : undefined)
  return (
    <fieldset class="stacked">
      {places.map(at => (
        <Labelled key={at} title={count === 1 ? 'API key' : `API key ${at + 1}`}>
          <input
            name={`api_keys.${at}`}
            type="password"
            autocomplete="new-password"
            required={required && at === 0 && stored.length === 0}
            placeholder={unchanged(stored[at])}
            aria-invalid={at === wrong}
          />
        </Labelled>
      ))}
      <p class="actions">
        <button type="button" onClick={() => setCount(count + 1)}>
          Add a key
        </button>
        {count > (required ? 1 : 0) && (
          <button type="button" onClick={() => setCount(count - 1)}>
            Remove the last
          </button>
        )}
      </p>
    </fieldset>
  )
}

interface SecretProps {
  readonly name: string
  readonly title: string
  readonly hint: string
  readonly stored: string | null
  readonly wrong: boolean
}

function Secret({ name, title, hint, stored, wrong }: SecretProps) {
  return (
    <>
      <Labelled title={title} hint={hint}>
        <input name={name} type="password" autocomplete="new-password" placeholder={unchanged(stored ?? undefined)} aria-invalid={wrong} />
      </Labelled>
      {stored !== null && (
        <Labelled title={`Remove: ${title.toLowerCase()}`} check>
          <input name={`${name}.removed`} type="checkbox" />
        </Labelled>
      )}
    </>
  )
}

/** References to secrets are no secrets. */
function unchanged(stored: string | undefined): string | undefined {
  if (stored === undefined) return undefined
  return /^\*+$/.test(stored) ? 'unchanged' : `unchanged: ${stored}`
}
