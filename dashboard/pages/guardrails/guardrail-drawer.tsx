/** Makes or changes a guardrail: the fields of its options come from the schema of its type. */

import { useState } from 'preact/hooks'
import type { GuardrailType, GuardrailView } from '../../../schemas/admin/guardrails.schema.ts'
import { numberIn, textIn } from '../../data/form.ts'
import { optionsIn, type Options } from '../../data/options-schema.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { ModelList } from '../../parts/model-list.tsx'
import { SchemaFields } from '../../parts/schema-form.tsx'
import { NameField } from './definition.tsx'
import { Sample } from './sample.tsx'

interface DrawerProps {
  /** Undefined for a new one. */
  readonly edited: GuardrailView | undefined
  readonly types: readonly GuardrailType[]
  readonly close: () => void
  save(body: object): Promise<unknown>
}

export function GuardrailDrawer({ edited, types, close, save }: DrawerProps) {
  const [chosen, choose] = useState(edited?.type ?? types[0]?.type ?? '')
  const type = types.find(({ type: name }) => name === chosen)
  const standing = standingOptions(edited)
  const body = (form: FormData) => bodyOf(form, { name: edited?.name, chosen, schema: type?.schema ?? {}, standing })
  return (
    <FormDialog drawer title={edited?.name ?? 'New guardrail'} close={close} save={async form => await save(body(form))}>
      {isWrong => (
        <>
          <ModelList id="models" />
          {edited === undefined && (
            <>
              <NameField isWrong={isWrong} />
              <label>
                Type
                <select name="type" onChange={({ currentTarget }) => choose(currentTarget.value)}>
                  {types.map(({ type: name }) => (
                    <option key={name} selected={name === chosen}>
                      {name}
                    </option>
                  ))}
                </select>
                <small>{type?.description}</small>
              </label>
            </>
          )}
          <label>
            Description
            <input name="description" defaultValue={edited?.description} />
          </label>
          <fieldset class="group" key={chosen}>
            <legend>Options</legend>
            <SchemaFields name="config" schema={type?.schema ?? {}} values={standing} isWrong={isWrong} models="models" />
          </fieldset>
          <fieldset class="group">
            <legend>How it runs</legend>
            <label>
              If it fails
              <select name="fail_mode">
                {failModes.map(([mode, text]) => (
                  <option key={mode} value={mode} selected={mode === (edited?.fail_mode ?? '')}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Limit for one call of it, in milliseconds
              <input
                name="timeout_ms"
                type="number"
                min="0"
                max="600000"
                defaultValue={String(edited?.timeout_ms ?? '')}
                aria-invalid={isWrong('timeout_ms')}
              />
              <small>As its type says if empty; 0 is no limit.</small>
            </label>
          </fieldset>
          <fieldset class="group">
            <legend>Test on a text</legend>
            <Sample definition={body} />
          </fieldset>
        </>
      )}
    </FormDialog>
  )
}

const failModes = [
  ['', 'as its phase says'],
  ['open', 'the call goes on'],
  ['closed', 'the call is refused'],
] as const

/** A path that its own calls are counted under is an option of the types that make some. */
function standingOptions(edited: GuardrailView | undefined): Options {
  const { config = {}, user_path: userPath = '' } = edited ?? {}
  return userPath === '' ? config : { user_path: userPath, ...config }
}

interface Known {
  /** Of one that is there. */
  readonly name: string | undefined
  readonly chosen: string
  readonly schema: GuardrailType['schema']
  readonly standing: Options
}

function bodyOf(form: FormData, { name, chosen, schema, standing }: Known): object {
  const mode = textIn(form, 'fail_mode')
  return {
    name: name ?? textIn(form, 'name'),
    type: chosen,
    description: textIn(form, 'description'),
    config: optionsIn(form, 'config', schema, standing),
    fail_mode: mode === '' ? null : mode,
    timeout_ms: numberIn(form, 'timeout_ms'),
  }
}
