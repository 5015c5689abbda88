/** For which calls a workflow is: a user path, a provider, and a model of that provider. */

import { useState } from 'preact/hooks'
import type { WorkflowScope } from '../../../schemas/admin/workflows.schema.ts'
import { useModels, useUserTree } from '../../data/queries.ts'
import type { IsWrong } from '../../parts/form-dialog.tsx'

interface ScopeFieldsProps {
  readonly scope: WorkflowScope | undefined
  readonly isWrong: IsWrong
}

export function ScopeFields({ scope, isWrong }: ScopeFieldsProps) {
  const [provider, setProvider] = useState(scope?.scope_provider_name ?? '')
  const { data: models = [] } = useModels()
  const { data: users } = useUserTree()
  const providers = [...new Set([...models.map(({ provider_name: name }) => name), ...(provider === '' ? [] : [provider])])].sort()
  return (
    <fieldset class="group">
      <legend>For</legend>
      <label>
        User path
        <input name="scope_user_path" list="paths" placeholder="any" defaultValue={scope?.scope_user_path} aria-invalid={isWrong('scope_user_path')} />
        <datalist id="paths">
          {users?.users.map(({ user_path: path }) => (
            <option key={path} value={path} />
          ))}
        </datalist>
        <small>This path and all below it.</small>
      </label>
      <label>
        Provider
        <select name="scope_provider_name" aria-invalid={isWrong('scope_provider_name')} onChange={({ currentTarget }) => setProvider(currentTarget.value)}>
          <option value="">any</option>
          {providers.map(name => (
            <option key={name} selected={name === provider}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {provider !== '' && (
        <label>
          Model
          <input name="scope_model" list="scope-models" placeholder="any" defaultValue={scope?.scope_model} aria-invalid={isWrong('scope_model')} />
          <datalist id="scope-models">
            {models
              .filter(({ provider_name: name }) => name === provider)
              .map(({ model: { id } }) => (
                <option key={id} value={id} />
              ))}
          </datalist>
        </label>
      )}
    </fieldset>
  )
}
