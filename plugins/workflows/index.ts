/** Chooses, for each request, the variant of its pipeline that its provider, model and user path ask for. */

import { definePlugin } from '../../core/index.ts'
import { canonicalIds } from '../shared/models/model-selector.ts'
import { readAgain } from '../shared/records/read-again.ts'
import { CompiledWorkflows } from './compiled.ts'
import { configuredDefault, configuredVersions, refuseFaults } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { Explainer } from './explain.ts'
import { patchFault } from './payload.ts'
import { schema } from './schema.ts'
import { StandingWorkflows } from './standing-workflows.ts'

export default definePlugin({
  name: 'workflows',
  description: 'Chooses the workflow of each request.',
  schema,
  olderSettings: [{ setting: 'workflows.rules.*.scope_provider', becomes: 'workflows.rules.*.scope_provider_name', silent: true }],
  provides: 'workflows',
  needs: ['storage', 'admin', 'variants', 'guardrails', 'headerPolicies', 'models', 'providers', 'absentProviders'],
  edits: false,
  setup({ options, services: { storage, admin, variants, guardrails, headerPolicies, models, providers, absentProviders, clock }, log }) {
    const names = [...providers.keys()]
    const said = configuredVersions(options.rules, [...names, ...absentProviders])
    const parts = { variants, guardrails, headerPolicies, clock, guardrailsEnabled: options.guardrails_enabled }
    const workflows = new CompiledWorkflows({
      ...parts,
      canonical: canonicalIds(providers),
      lingerMs: 2 * options.refresh_interval,
      failed: (cause, { id, name }) =>
        log.error({ err: cause, workflow: name, workflow_version_id: id }, 'a workflow does not compile; what it was before holds on'),
    })
    const failed = (cause: unknown) => log.warn({ err: cause }, 'the workflows could not be read; those known stay')
    const standing = new StandingWorkflows({ storage, workflows, failed })
    const { versions } = standing
    const explainer = new Explainer({ workflows, variants, models, providers: names })
    const withdraw: (() => void)[] = []

    return {
      service: explainer,
      route: exchange => workflows.applyTo(exchange),
      async vet() {
        refuseFaults(await Promise.all(said.map(({ workflow_payload: payload }) => patchFault(payload, variants))))
      },
      async open() {
        await standing.open([await configuredDefault(parts), ...said])
        refuseFaults(said.map(({ id }) => workflows.get(id)?.fault))
        withdraw.push(
          guardrails.onChange(() => standing.settle()),
          headerPolicies.onChange(() => standing.settle()),
          guardrails.users(name => workflows.withGuardrail(name)),
          headerPolicies.users(name => workflows.withHeaderPolicy(name)),
          ...endpointsOf({ ...parts, versions, workflows, explainer, providers: names, settled: () => standing.settled() }).map(endpoint =>
            admin.endpoint(endpoint),
          ),
          admin.refresh({ name: 'workflows', run: () => standing.read() }),
        )
      },
      start: () => {
        withdraw.push(readAgain(clock, options.refresh_interval, () => versions.read(), failed))
      },
      async close() {
        for (const end of withdraw) end()
        await standing.close()
        await workflows.close()
      },
    }
  },
})
