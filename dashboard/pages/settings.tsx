/** The time zone of the page, and what the gateway runs. */

import { useQuery } from '@tanstack/preact-query'
import type { Config, Version } from '../../schemas/admin/runtime.schema.ts'
import { get } from '../data/api.ts'
import { chooseTimeZone, timeZone } from '../data/time-zone.ts'
import { Section } from '../parts/cards.tsx'
import { Failed, Loading } from '../parts/states.tsx'

export function SettingsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: async () => await Promise.all([get<Version>('/version'), get<Config>('/runtime/config')]),
  })
  return (
    <>
      <header class="head">
        <h1>Settings</h1>
      </header>
      <Section title="This page">
        <label>
          Time zone
          <select value={timeZone.value} onChange={({ currentTarget }) => chooseTimeZone(currentTarget.value)}>
            {Intl.supportedValuesOf('timeZone').map(zone => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        </label>
      </Section>
      {data === undefined ? error === null ? <Loading /> : <Failed error={error} retry={refetch} /> : <Running version={data[0]} config={data[1]} />}
    </>
  )
}

function Running({ version, config }: { readonly version: Version; readonly config: Config }) {
  return (
    <Section title={`Tapline ${version.version}`}>
      {version.update_available && <p class="banner">Version {version.latest} is out.</p>}
      <dl class="facts">
        {Object.entries(config).flatMap(([name, value]) => [
          <dt key={name}>
            <code>{name}</code>
          </dt>,
          <dd key={`${name} value`}>{value === '' ? '–' : value}</dd>,
        ])}
      </dl>
    </Section>
  )
}
