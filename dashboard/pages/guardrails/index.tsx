/** Guardrails and header policies, of the configuration and of administrators; and the plugins that they are made of. */

import type { Reach } from '../../data/access.ts'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { Guardrails } from './guardrails.tsx'
import { HeaderPolicies } from './header-policies.tsx'
import { Plugins, Types } from './plugins.tsx'

const tabs = [
  ['guardrails', 'Guardrails'],
  ['headers', 'Header policies'],
  ['types', 'Types'],
  ['plugins', 'Plugins'],
] as const

export function GuardrailsPage({ reach }: { readonly reach: Reach }) {
  const shown = useChoice('tab', tabs)
  return (
    <>
      <header class="head">
        <h1>Guardrails</h1>
        <Choice name="tab" title="What is shown" options={tabs} />
      </header>
      {!reach.isOn('GUARDRAILS_ENABLED') && (
        <p class="banner">
          Guardrails are switched off by <code>GUARDRAILS_ENABLED</code>: none of these runs. They can be changed all the same.
        </p>
      )}
      {shown === 'plugins' && !reach.isOn('PLUGINS_ENABLED') && (
        <p class="banner">
          Plugins of your own are switched off by <code>PLUGINS_ENABLED</code>: none of <code>plugins.load</code> is loaded.
        </p>
      )}
      {shown === 'guardrails' && <Guardrails />}
      {shown === 'headers' && <HeaderPolicies />}
      {shown === 'types' && <Types />}
      {shown === 'plugins' && <Plugins />}
    </>
  )
}
