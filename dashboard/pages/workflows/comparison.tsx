/** What a new version would change of the one that it replaces. */

import { useState } from 'preact/hooks'
import type { WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import { changesBetween, draftIn, isSameScope, type Change } from './payload.ts'

/** @param standing those in force */
export function Comparison({ standing }: { readonly standing: readonly WorkflowView[] }) {
  const [found, setFound] = useState<{ readonly before: WorkflowView | undefined; readonly changes: readonly Change[] } | Error>()
  const compare = (form: FormData) => {
    try {
      const draft = draftIn(form)
      const before = standing.find(({ scope }) => isSameScope(scope, draft))
      setFound({ before, changes: before === undefined ? [] : changesBetween(before, draft) })
    } catch (cause) {
      setFound(cause as Error)
    }
  }
  return (
    <fieldset class="group">
      <legend>What changes</legend>
      <p>
        <button type="button" onClick={({ currentTarget }) => compare(new FormData(currentTarget.form ?? undefined))}>
          Compare
        </button>
      </p>
      {found instanceof Error && <p role="alert">{found.message}</p>}
      {found !== undefined && !(found instanceof Error) && (
        <div role="status">
          <p class="faint">{told(found.before, found.changes)}</p>
          {found.changes.length > 0 && (
            <ul class="changes">
              {found.changes.map(({ line, added }) => (
                <li key={`${added} ${line}`} class={added ? 'good' : 'bad'}>
                  {added ? '+' : '−'} {line}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </fieldset>
  )
}

function told(before: WorkflowView | undefined, changes: readonly Change[]): string {
  if (before === undefined) return 'No workflow is for these calls alone: this is its first version.'
  const version = `version ${before.version} of ${before.name}`
  return changes.length === 0 ? `It says the same as ${version}.` : `Compared with ${version}, which it replaces:`
}
