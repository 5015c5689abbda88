/** Asks what an alias is: its name, where calls go, which target comes first, and for whom. */

import { useState } from 'preact/hooks'
import type { PluginList } from '../../../schemas/admin/guardrails.schema.ts'
import type { VirtualModelView, VirtualModelWrite } from '../../../schemas/admin/virtual-models.schema.ts'
import { listIn, numberIn, textIn } from '../../data/form.ts'
import { useConfig, usePlugins } from '../../data/queries.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Labelled } from '../../parts/labelled.tsx'
import { configIn, StrategyFields } from './strategy-fields.tsx'
import { Targets, type Target } from './targets.tsx'
import { nameOf, useWrite } from './virtual-models.ts'

const pluginMark = 'plugin:'

export function AliasForm({ edited, close }: { readonly edited: VirtualModelView | undefined; readonly close: () => void }) {
  const write = useWrite()
  const [targets, setTargets] = useState<readonly Target[]>(
    edited?.targets.map(target => ({ name: nameOf(target), weight: target.weight })) ?? [{ name: '', weight: 1 }],
  )
  const [strategy, setStrategy] = useState(edited?.strategy === 'plugin' ? pluginMark + edited.strategy_plugin : (edited?.strategy ?? 'failover'))
  const [unlocked, setUnlocked] = useState(edited?.locked !== true)
  const { data: config } = useConfig()
  const { data: plugins = [] } = usePlugins()
  const strategies = [...new Set([...(config?.['VIRTUAL_MODEL_STRATEGIES']?.split(',') ?? []), strategy])]
  const plugin = strategy.startsWith(pluginMark) ? strategy.slice(pluginMark.length) : undefined
  const fields = pluginFields(plugins, plugin)
  const save = async (form: FormData) => {
    const where = { targets: targetsIn(targets, edited), strategy: (plugin === undefined ? strategy : 'plugin') as VirtualModelView['strategy'] }
    await write('PUT', {
      ...settingsIn(form),
      ...(edited === undefined ? {} : { old_source: edited.source }),
      ...(unlocked ? { ...where, ...(plugin === undefined ? {} : { strategy_plugin: plugin, strategy_config: configIn(form, fields) }) } : {}),
      ...(edited?.locked === true && unlocked ? { unlock: true } : {}),
    })
    close()
  }
  return (
    <FormDialog title={edited?.source ?? 'New alias'} close={close} save={save}>
      {isWrong => (
        <>
          <Labelled title="Name">
            <input name="source" required aria-invalid={isWrong('source')} defaultValue={edited?.source ?? ''} />
          </Labelled>
          {edited?.locked === true && (
            <Labelled title="Change targets and strategy although they are locked" check>
              <input type="checkbox" checked={unlocked} onChange={({ currentTarget }) => setUnlocked(currentTarget.checked)} />
            </Labelled>
          )}
          <fieldset class="stacked" disabled={!unlocked}>
            <Targets source={edited?.source} targets={targets} weighted={strategy === 'round_robin'} isWrong={isWrong} set={setTargets} />
            <Labelled title="Chosen by" hint={meanings[strategy]}>
              <select value={strategy} aria-invalid={isWrong('strategy')} onChange={({ currentTarget }) => setStrategy(currentTarget.value)}>
                {strategies.map(name => (
                  <option key={name} value={name}>
                    {titleOf(name)}
                  </option>
                ))}
              </select>
            </Labelled>
            {plugin !== undefined && <StrategyFields key={plugin} fields={fields} config={edited?.strategy_plugin === plugin ? edited.strategy_config : {}} />}
          </fieldset>
          <Labelled title="For user paths" hint="Separated by commas. Everybody if empty.">
            <input name="user_paths" aria-invalid={isWrong('user_paths')} defaultValue={edited?.user_paths.join(', ') ?? ''} />
          </Labelled>
          <Labelled title="Description">
            <input name="description" defaultValue={edited?.description ?? ''} />
          </Labelled>
          <Switches edited={edited} />
          <Labelled title="Slowdown" hint="How much longer answers take, 0.1 to 10: 1 is twice as long. Empty: as its target says.">
            <input name="slowdown" type="number" step="any" aria-invalid={isWrong('slowdown')} defaultValue={edited?.slowdown ?? ''} />
          </Labelled>
        </>
      )}
    </FormDialog>
  )
}

const switches = [
  ['session_affinity', 'The calls of a session stay on one target', true],
  ['failover', 'If a target fails, the others are tried', true],
  ['label_targets', 'Calls are labelled with their target', false],
  ['locked', 'Lock targets and strategy', false],
  ['enabled', 'Enabled', true],
] as const

function Switches({ edited }: { readonly edited: VirtualModelView | undefined }) {
  return (
    <div>
      {switches.map(([name, title, usual]) => (
        <label key={name} class="check">
          <input name={name} type="checkbox" defaultChecked={edited?.[name] ?? usual} /> {title}
        </label>
      ))}
    </div>
  )
}

const meanings: Readonly<Record<string, string>> = {
  failover: 'The first target that can serve.',
  round_robin: 'Each in turn, as often as its weight says.',
  cost: 'The cheapest by its prices.',
}

function titleOf(strategy: string): string {
  return strategy.startsWith(pluginMark) ? `${strategy.slice(pluginMark.length).replaceAll('_', ' ')} (plugin)` : strategy.replaceAll('_', ' ')
}

/** What a plugin may be told for a virtual model; else its own options, which those of a strategy are like. */
function pluginFields(plugins: PluginList, strategy: string | undefined) {
  const plugin = plugins.find(({ name }) => name.replaceAll('-', '_') === strategy)
  return plugin === undefined || plugin.route_fields.length > 0 ? (plugin?.route_fields ?? []) : plugin.fields
}

/** A target that was there stays as it is spelled. */
function targetsIn(targets: readonly Target[], edited: VirtualModelView | undefined): NonNullable<VirtualModelWrite['targets']> {
  return targets
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, weight }) => {
      const old = edited?.targets.find(target => nameOf(target) === name.trim())
      return { ...(old === undefined || old.provider === null ? { model: name.trim() } : { provider: old.provider, model: old.model }), weight }
    })
}

function settingsIn(form: FormData) {
  return {
    source: textIn(form, 'source'),
    user_paths: listIn(form, 'user_paths'),
    description: textIn(form, 'description'),
    slowdown: numberIn(form, 'slowdown'),
    ...Object.fromEntries(switches.map(([name]) => [name, form.get(name) !== null])),
  }
}
