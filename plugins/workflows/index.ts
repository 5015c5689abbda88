/** Chooses, for each request, the variant of its pipeline that its provider, model and user path ask for. */

import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import { definePlugin } from '../../core/index.ts'
import { canonicalIds } from '../../core/model-selector.ts'
import { readAgain } from '../../core/storage/read-again.ts'
import { CompiledWorkflows } from './compiled.ts'
import { configuredDefault, configuredVersions, ruleFaults } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { Explainer } from './explain.ts'
import { patchFault } from './payload.ts'
import { schema } from './schema.ts'
import type { Version } from './version.ts'
import { Versions } from './versions.ts'

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
    const workflows = new CompiledWorkflows({
      variants,
      canonical: canonicalIds(providers),
      guardrails,
      headerPolicies,
      clock,
      lingerMs: 2 * options.refresh_interval,
      failed: (cause, { id, name }) =>
        log.error({ err: cause, workflow: name, workflow_version_id: id }, 'a workflow does not compile; what it was before holds on'),
    })
    const failed = (cause: unknown) => log.warn({ err: cause }, 'the workflows could not be read; those known stay')
    let configured: readonly Version[] = []
    let settling: Promise<void> = Promise.resolve()
    const settle = () => {
      const settled = settling.then(async () => await workflows.replace([...configured.slice(0, 1), ...(await versions.active()), ...configured.slice(1)]))
      settling = settled.catch(failed)
      return settled
    }
    const versions = new Versions(storage, () => void settle().catch(() => {}), failed)
    const explainer = new Explainer({ workflows, variants, models, providers: names })
    const withdraw: (() => void)[] = []

    return {
      service: explainer,
      route(exchange) {
        const [target] = exchange.targets
        const workflow =
          target === undefined ? workflows.find('', '', exchange.userPath) : workflows.find(target.provider.name, target.model, exchange.userPath)
        if (workflow === undefined) return
        exchange.workflow = workflow.version.id
        workflow.variant.take(exchange)
      },
      async vet() {
        const faults = await Promise.all(said.map(async ({ workflow_payload: payload }, index) => ruleFaults(index, await patchFault(payload, variants))))
        if (faults.flat().length > 0) throw new SettingFault(faults.flat())
      },
      async open() {
        const base = await variants.compile([])
        configured = [configuredDefault(base, variants, { guardrails, headerPolicies, guardrailsEnabled: options.guardrails_enabled }), ...said]
        await base.release()
        await versions.open(configured)
        await settle()
        const faults = said.flatMap(({ id }, index) => ruleFaults(index, workflows.get(id)?.fault))
        if (faults.length > 0) throw new SettingFault(faults)
        withdraw.push(
          guardrails.onChange(settle),
          headerPolicies.onChange(settle),
          headerPolicies.users(name =>
            workflows.all.filter(({ payload }) => payload?.headerPolicies.includes(name) === true).map(({ version }) => `the workflow "${version.name}"`),
          ),
          guardrails.users(name =>
            workflows.all
              .filter(({ payload }) => payload?.steps.some(({ ref }) => ref === name) === true)
              .map(({ version }) => `the workflow "${version.name}"`),
          ),
          ...endpointsOf({
            versions,
            workflows,
            explainer,
            guardrails,
            headerPolicies,
            variants,
            providers: names,
            clock,
            guardrailsEnabled: options.guardrails_enabled,
            settled: () => settling,
          }).map(endpoint => admin.endpoint(endpoint)),
          admin.refresh({
            name: 'workflows',
            run: async () => {
              await versions.read()
              await settling
            },
          }),
        )
      },
      start: () => {
        withdraw.push(readAgain(clock, options.refresh_interval, () => versions.read(), failed))
      },
      async close() {
        for (const end of withdraw) end()
        await versions.close()
        await settling
        await workflows.close()
      },
    }
  },
})
