/** One provider: how it is doing, under which rules it is called, and what can be done to it. */

import type { ProviderCredentialView } from '../../../schemas/admin/provider-credentials.schema.ts'
import type { ProviderStatus } from '../../../schemas/admin/providers.schema.ts'
import { Link } from 'wouter-preact'
import { count, duration, time } from '../../data/words.ts'
import { Badge, ConfigBadge, HealthBadge } from '../../parts/badge.tsx'
import { Facts } from '../../parts/facts.tsx'

export type Action = 'edit' | 'enable' | 'disable' | 'remove' | 'reset'

interface CardProps {
  /** Undefined where it is not called. */
  readonly status: ProviderStatus | undefined
  /** Undefined where credentials are not kept by this gateway. */
  readonly credential: ProviderCredentialView | undefined
  /** Whether there is an audit log to look into. */
  readonly isLogged: boolean
  act(action: Action, of: ProviderCredentialView): void
}

export function ProviderCard({ status, credential, isLogged, act }: CardProps) {
  const { name = '', type = '' } = status ?? credential ?? {}
  const error = status?.last_error ?? credential?.error ?? null
  return (
    <article class="card" aria-label={name}>
      <header>
        <h2>
          {name} {name !== type && <small class="faint">{type}</small>}
        </h2>
        <span>
          {credential?.managed === true && <ConfigBadge />}
          {status === undefined ? (
            <Badge kind={error === null ? 'plain' : 'bad'}>{error === null ? 'Disabled' : 'Not set up'}</Badge>
          ) : (
            <HealthBadge status={status.status}>{status.status_label}</HealthBadge>
          )}
        </span>
      </header>
      <p class="sentence">{status?.status_reason ?? (error === null ? 'it is not called' : 'it cannot be called as it is')}.</p>
      {error !== null && <p class="failed">{error}</p>}
      {status === undefined ? (
        credential !== undefined && <Kept credential={credential} />
      ) : (
        <Known status={status} credential={credential} isLogged={isLogged} act={act} />
      )}
      {credential !== undefined && <Actions credential={credential} act={act} />}
    </article>
  )
}

/** What is known of one that is not called. */
function Kept({ credential: { base_url: address, api_keys: keys } }: { readonly credential: ProviderCredentialView }) {
  return (
    <Facts
      facts={[
        ['Address', address],
        ['API keys', count(keys.length)],
      ]}
    />
  )
}

function Known({ status, credential, isLogged, act }: CardProps & { readonly status: ProviderStatus }) {
  const { name, runtime, config, circuit_state: circuit, request_health: health } = status
  const keys = credential?.api_keys.length ?? 0
  const breaker = circuit !== undefined && [
    <Badge kind={circuit === 'closed' ? 'good' : circuit === 'open' ? 'bad' : 'warn'}>{circuit}</Badge>,
    circuit !== 'closed' && credential !== undefined && (
      <button type="button" onClick={() => act('reset', credential)}>
        Reset
      </button>
    ),
  ]
  const calls = [
    `${count(health.requests)} ${health.requests === 1 ? 'call' : 'calls'}, ${count(health.errors)} failed `,
    isLogged && health.errors > 0 && <Link href={`/audit?days=1&provider=${encodeURIComponent(name)}`}>Audit log</Link>,
  ]
  return (
    <>
      <Facts
        facts={[
          ['Address', config.base_url],
          ['Models', `${count(runtime.discovered_model_count)}${runtime.using_cached_models ? ' of an earlier list' : ''}`],
          ['API keys', keys === 0 ? '' : count(keys)],
          ['Last check', time(runtime.last_availability_check_at)],
          ['Last success', runtime.last_availability_error === null ? '' : time(runtime.last_availability_ok_at)],
          ['Circuit breaker', breaker],
          [`Last ${Math.round(health.window_seconds / 60)} minutes`, calls],
        ]}
      />
      <Failures models={health.models} />
      <Resilience rules={config.resilience} />
    </>
  )
}

function Failures({ models }: { readonly models: ProviderStatus['request_health']['models'] }) {
  const failing = models.filter(({ errors }) => errors > 0)
  if (failing.length === 0) return null
  return (
    <ul class="plain-list">
      {failing.map(({ model, errors, requests, flagged, last_error: last }) => (
        <li key={model}>
          <Badge kind={flagged ? 'bad' : 'warn'}>
            {count(errors)} of {count(requests)} failed
          </Badge>
          <code>{model}</code>
          {last !== undefined && (
            <small title={time(last.at)}>
              {' '}
              {last.status_code}: {last.message}
            </small>
          )}
        </li>
      ))}
    </ul>
  )
}

function Resilience({ rules }: { readonly rules: ProviderStatus['config']['resilience'] }) {
  return (
    <details>
      <summary>Resilience</summary>
      {Object.entries(rules).map(([rule, values]) => (
        <section key={rule} class="part">
          <h3 class="sentence">{words(rule)}</h3>
          <Facts facts={Object.entries(values).map(([name, value]) => [words(name), spelled(name, value)])} />
        </section>
      ))}
    </details>
  )
}

function words(name: string): string {
  return name.replace(/_ms$/, '').replaceAll('_', ' ')
}

function spelled(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return name.endsWith('_ms') && value > 0 ? duration(value) : String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value === 'object' && value !== null) return Object.keys(value).join(', ') || 'none'
  return String(value)
}

function Actions({ credential, act }: { readonly credential: ProviderCredentialView; readonly act: CardProps['act'] }) {
  if (credential.managed) return <p class="faint last">The configuration declares it. Change it there.</p>
  const { enabled } = credential
  return (
    <p class="actions last">
      <button type="button" onClick={() => act('edit', credential)}>
        Edit
      </button>
      <button type="button" onClick={() => act(enabled ? 'disable' : 'enable', credential)}>
        {enabled ? 'Disable' : 'Enable'}
      </button>
      <button type="button" onClick={() => act('remove', credential)}>
        Delete
      </button>
    </p>
  )
}
