/** Deletes a virtual model. Where keys or user paths reach their models by it, that is said first. */

import { useState } from 'preact/hooks'
import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { Refusal } from '../../data/api.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { useWrite } from './virtual-models.ts'

export function RemoveModel({ model: { source, kind }, close }: { readonly model: VirtualModelView; readonly close: () => void }) {
  const write = useWrite()
  const [warned, setWarned] = useState(false)
  return (
    <Confirm
      title={`Delete ${source}?`}
      text={
        kind === 'policy'
          ? 'What it says about its models no longer holds; the next broader rule does, if there is one.'
          : 'Calls that name it are refused, unless a provider has a model of that name.'
      }
      verb={warned ? 'Delete anyway' : 'Delete'}
      close={close}
      act={async () => {
        try {
          await write('DELETE', { source, ...(warned ? { force: true } : {}) })
        } catch (cause) {
          if (!isReached(cause)) throw cause
          setWarned(true)
          throw new Error(cause.message.replace(/: say force.*$/, '.'), { cause })
        }
      }}
    />
  )
}

/** Whether keys or user paths reach models by it. That another virtual model leads to it cannot be forced. */
function isReached(cause: unknown): cause is Refusal {
  return cause instanceof Refusal && cause.code === 'in_use' && cause.message.includes('say force')
}
