/** Begins with the request of a call in the audit log: `?call=` has the id of its row. */

import { useEffect, useState } from 'preact/hooks'
import { useSearchParams } from 'wouter-preact'
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { get } from '../../data/api.ts'
import { dialects } from './dialects/index.ts'
import type { Draft } from './draft.ts'

/** @param begin is given the request @returns why there is none, if there should be one */
export function useLoggedCall(begin: (draft: Draft) => void): string | undefined {
  const [params, setParams] = useSearchParams()
  const [problem, setProblem] = useState<string>()
  const id = params.get('call')
  useEffect(() => {
    if (id === null) return
    const read = async () => {
      const { path, data } = await get<AuditEntry>('/audit/detail', { log_id: id })
      const found = Object.entries(dialects).find(([, dialect]) => path.endsWith(dialect.path))
      if (found === undefined || data.request_body === undefined) throw new Error('The request of this call was not kept, or is none that can be tried here.')
      const draft = found[1].read(data.request_body)
      begin(draft)
      setParams({ model: draft.model, endpoint: found[0] }, { replace: true })
    }
    read().catch((cause: Error) => setProblem(cause.message))
  }, [id])
  return problem
}
