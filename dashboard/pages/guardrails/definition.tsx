/** What guardrails and header policies have in common: each is defined by its name, and deleted only while no workflow names it. */

import { useQueryClient } from '@tanstack/preact-query'
import { send } from '../../data/api.ts'
import { ConfigBadge } from '../../parts/badge.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import type { IsWrong } from '../../parts/form-dialog.tsx'

export type Write = (method: 'PUT' | 'DELETE', body: object) => Promise<void>

/** @param done is called once it is written */
export function useWrite(of: 'guardrails' | 'header-policies', done: () => void): Write {
  const queries = useQueryClient()
  return async (method, body) => {
    await send(method, `/${of}`, body)
    done()
    await queries.invalidateQueries({ queryKey: [of] })
  }
}

export function NameField({ isWrong }: { readonly isWrong: IsWrong }) {
  return (
    <label>
      Name
      <input name="name" required pattern="[^\/]+" aria-invalid={isWrong('name')} />
      <small>What workflows call it.</small>
    </label>
  )
}

interface ChangesProps {
  readonly managed: boolean
  readonly isUsed: boolean
  readonly edit: () => void
  readonly remove: () => void
}

export function Changes({ managed, isUsed, edit, remove }: ChangesProps) {
  if (managed) return <ConfigBadge />
  return (
    <>
      <button type="button" onClick={edit}>
        Edit
      </button>
      <button type="button" disabled={isUsed} title={isUsed ? 'A workflow names it.' : undefined} onClick={remove}>
        Delete
      </button>
    </>
  )
}

export function Remove({ name, close, write }: { readonly name: string; readonly close: () => void; readonly write: Write }) {
  return (
    <Confirm
      title={`Delete ${name}?`}
      text="No workflow names it: no call changes."
      verb="Delete"
      close={close}
      act={async () => await write('DELETE', { name })}
    />
  )
}
