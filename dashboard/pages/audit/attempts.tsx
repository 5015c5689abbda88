/** The calls to providers that a call led to, on the time that it took. */

import type { AuditAttempt, AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { duration } from '../../data/words.ts'
import { Badge, Status } from '../../parts/badge.tsx'
import { Part } from '../../parts/section.tsx'
import { pretty } from './body.tsx'

export function Attempts({ entry }: { readonly entry: AuditEntry }) {
  const { attempts = [] } = entry.data
  if (attempts.length === 0) return null
  return (
    <Part title="Attempts">
      <ol class="attempts">
        {attempts.map(attempt => (
          <li key={attempt.seq}>
            <p>
              {attempt.status_code === null ? <Badge kind="bad">{attempt.error_type ?? 'failed'}</Badge> : <Status code={attempt.status_code} />}
              {attempt.provider_name}/{attempt.model} {attempt.kind !== 'primary' && <Badge>{attempt.kind}</Badge>}
              <span class="faint">{duration(attempt.duration_ns / 1e6)}</span>
            </p>
            <Bar attempt={attempt} entry={entry} />
            {attempt.error_message !== null && <p class="faint">{attempt.error_message}</p>}
            {attempt.response_body !== undefined && (
              <details>
                <summary>What the provider answered</summary>
                <pre>{pretty(attempt.response_body)}</pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </Part>
  )
}

function Bar({ attempt, entry }: { readonly attempt: AuditAttempt; readonly entry: AuditEntry }) {
  const allMs = Math.max(entry.duration_ns / 1e6, 1)
  const share = (ms: number) => `${Math.min(100, Math.max(0, (100 * ms) / allMs)).toFixed(2)}%`
  const startMs = Date.parse(attempt.started_at) - Date.parse(entry.timestamp)
  return (
    <div class={`timeline ${attempt.success ? 'good' : 'bad'}`}>
      <i style={{ marginLeft: share(Math.min(startMs, 0.99 * allMs)), width: share(attempt.duration_ns / 1e6) }} />
    </div>
  )
}
