/** Says of the models that a selector means what they are for and what they can do. What is left empty stays as it is known otherwise. */

import file from '../../../schemas/admin/model-metadata.schema.json' with { type: 'json' }
import type { ModelMetadata } from '../../../schemas/admin/model-metadata.schema.ts'
import type { AdminModel } from '../../../schemas/admin/models.schema.ts'
import { listIn, textIn } from '../../data/form.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Labelled } from '../../parts/labelled.tsx'
import { paths, selectorIn, type Write } from './overrides.ts'
import { SelectorInput } from './price-form.tsx'

interface MetadataFormProps {
  /** Undefined where it is asked for. */
  readonly selector: string | undefined
  /** What is set already, by selector. */
  readonly there: ReadonlyMap<string, ModelMetadata>
  /** The model, where it is about one. */
  readonly known: AdminModel | undefined
  readonly close: () => void
  readonly write: Write
}

const texts = { display_name: 'Name for people', base_model: 'Model behind it' } as const
const numbers = { context_window: 'Context window, in tokens', max_output_tokens: 'Longest answer, in tokens' } as const
const categories = file.$defs.ModelMetadata.properties.categories.items.enum
const capabilities = Object.keys(file.$defs.Capabilities.properties) as (keyof NonNullable<ModelMetadata['capabilities']>)[]

export function MetadataForm({ selector, there, known, close, write }: MetadataFormProps) {
  const given = there.get(selector ?? '') ?? {}
  return (
    <FormDialog
      title={selector === undefined ? 'Metadata' : `Metadata of ${selector}`}
      close={close}
      save={async form => await write('PUT', paths.metadata, { selector: selectorIn(form, selector, there), metadata: metadataIn(form) })}
    >
      {isWrong => (
        <>
          {selector === undefined && <SelectorInput wrong={isWrong('selector')} />}
          {Object.entries({ ...texts, ...numbers }).map(([name, title]) => (
            <Labelled key={name} title={title}>
              <input
                name={name}
                type={name in numbers ? 'number' : 'text'}
                aria-invalid={isWrong(`metadata.${name}`)}
                placeholder={placeholder(known, name)}
                defaultValue={given[name as keyof typeof texts]}
              />
            </Labelled>
          ))}
          <Labelled title="Modes" hint="What it is for: chat, embedding …, separated by commas.">
            <input name="modes" aria-invalid={isWrong('metadata.modes')} defaultValue={given.modes?.join(', ') ?? ''} />
          </Labelled>
          <fieldset>
            <legend class="faint">Categories; by its modes if none is ticked</legend>
            <div class="pairs">
              {categories.map(category => (
                <Labelled key={category} title={category.replace('_', ' ')} check>
                  <input name="categories" type="checkbox" value={category} defaultChecked={given.categories?.some(one => one === category) ?? false} />
                </Labelled>
              ))}
            </div>
          </fieldset>
          <details open={given.capabilities !== undefined}>
            <summary>Capabilities</summary>
            <div class="stacked pairs">
              {capabilities.map(name => (
                <Labelled key={name} title={name.replaceAll('_', ' ')}>
                  <select name={`capabilities.${name}`}>
                    {['as known', 'yes', 'no'].map(option => (
                      <option key={option} selected={option === spelled(given.capabilities?.[name])}>
                        {option}
                      </option>
                    ))}
                  </select>
                </Labelled>
              ))}
            </div>
          </details>
        </>
      )}
    </FormDialog>
  )
}

function spelled(has: boolean | undefined): string {
  return has === undefined ? 'as known' : has ? 'yes' : 'no'
}

function placeholder(known: AdminModel | undefined, name: string): string | undefined {
  const value = known?.model.metadata?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function metadataIn(form: FormData): object {
  const [modes, ticked] = [listIn(form, 'modes'), form.getAll('categories')]
  const can = capabilities.flatMap(name => {
    const said = textIn(form, `capabilities.${name}`)
    return said === 'as known' ? [] : [[name, said === 'yes'] as const]
  })
  return {
    ...Object.fromEntries(Object.keys(texts).flatMap(name => (textIn(form, name) === '' ? [] : [[name, textIn(form, name)]]))),
    ...Object.fromEntries(Object.keys(numbers).flatMap(name => (textIn(form, name) === '' ? [] : [[name, Number(textIn(form, name))]]))),
    ...(modes.length === 0 ? {} : { modes }),
    ...(ticked.length === 0 ? {} : { categories: ticked }),
    ...(can.length === 0 ? {} : { capabilities: Object.fromEntries(can) }),
  }
}
