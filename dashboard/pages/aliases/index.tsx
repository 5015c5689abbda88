/** Virtual models: names that stand for others, and rules about who may use which model. */

import { useState } from 'preact/hooks'
import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { useVirtualModels } from '../../data/queries.ts'
import { useParam } from '../../data/url.ts'
import { Badge, ConfigBadge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Section } from '../../parts/section.tsx'
import { AliasDrawer } from './alias-drawer.tsx'
import { AliasForm } from './alias-form.tsx'
import { RemoveModel } from './remove-model.tsx'
import { RuleForm } from './rule-form.tsx'
import { nameOf, strategyName, useWrite } from './virtual-models.ts'

type Asked =
  | { readonly alias: VirtualModelView | undefined }
  | { readonly rule: VirtualModelView | undefined }
  | { readonly remove: VirtualModelView }
  | undefined

export function AliasesPage() {
  const [asked, setAsked] = useState<Asked>()
  const [open, setOpen] = useParam('open')
  const [search] = useParam('search')
  const write = useWrite()
  const [problem, setProblem] = useState<string>()
  const close = () => setAsked(undefined)
  const models = useVirtualModels()
  const of = (kind: VirtualModelView['kind']) => ({ ...models, data: models.data?.filter(model => model.kind === kind && fits(model, search.toLowerCase())) })
  const turn = async ({ source, enabled }: VirtualModelView) => {
    setProblem(undefined)
    await write('PUT', { source, enabled: !enabled }).catch((cause: Error) => setProblem(cause.message))
  }
  const actions: Column<VirtualModelView> = {
    title: 'Actions',
    show: model =>
      model.managed ? (
        <ConfigBadge />
      ) : (
        <span class="actions">
          <button type="button" onClick={() => setAsked(model.kind === 'redirect' ? { alias: model } : { rule: model })}>
            Edit
          </button>
          <button type="button" onClick={() => void turn(model)}>
            {model.enabled ? 'Disable' : 'Enable'}
          </button>
          <button type="button" onClick={() => setAsked({ remove: model })}>
            Delete
          </button>
        </span>
      ),
  }
  const opened = models.data?.find(({ source }) => source === open)
  return (
    <>
      <header class="head">
        <h1>Virtual models</h1>
        <button type="button" class="first" onClick={() => setAsked({ alias: undefined })}>
          New alias
        </button>
      </header>
      <div class="filters">
        <Filter name="search" title="Search" type="search" />
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <Section title="Aliases">
        <DataTable
          label="Aliases"
          rows={of('redirect')}
          columns={[nameColumn(setOpen), ...aliasColumns, actions]}
          none="No name stands for other models."
          id={({ source }) => source}
        />
      </Section>
      <Section
        title="Rules"
        tools={
          <button type="button" onClick={() => setAsked({ rule: undefined })}>
            New rule
          </button>
        }
      >
        <DataTable label="Rules" rows={of('policy')} columns={[...ruleColumns, actions]} none="No rule restricts a model." id={({ source }) => source} />
      </Section>
      {opened !== undefined && <AliasDrawer model={opened} all={models.data ?? []} close={() => setOpen('')} />}
      {asked !== undefined && 'alias' in asked && <AliasForm edited={asked.alias} close={close} />}
      {asked !== undefined && 'rule' in asked && <RuleForm edited={asked.rule} close={close} />}
      {asked !== undefined && 'remove' in asked && <RemoveModel model={asked.remove} close={close} />}
    </>
  )
}

function fits({ source, description, targets }: VirtualModelView, search: string): boolean {
  return [source, description, ...targets.map(nameOf)].some(text => text.toLowerCase().includes(search))
}

function nameColumn(open: (source: string) => void): Column<VirtualModelView> {
  return {
    title: 'Name',
    show: ({ source, description }) => (
      <>
        <button type="button" class="plain name" onClick={() => open(source)}>
          <code>{source}</code>
        </button>
        {description !== '' && <small class="under">{description}</small>}
      </>
    ),
  }
}

const state: Column<VirtualModelView> = {
  title: 'State',
  show: ({ enabled, valid, kind, locked }) => (
    <>
      {!enabled && <Badge kind="warn">disabled</Badge>}
      {enabled && kind === 'redirect' && <Badge kind={valid ? 'good' : 'bad'}>{valid ? 'available' : 'leads nowhere'}</Badge>}
      {enabled && kind === 'policy' && <Badge kind="good">in force</Badge>}
      {locked && <Badge>locked</Badge>}
    </>
  ),
}

const aliasColumns: readonly Column<VirtualModelView>[] = [
  {
    title: 'Stands for',
    show: ({ targets }) =>
      targets.map(target => (
        <span key={nameOf(target)} class="name" title={target.available ? 'can serve' : 'cannot serve now'}>
          <Badge kind={target.available ? 'plain' : 'bad'}>
            {nameOf(target)}
            {target.weight !== 1 && ` × ${target.weight}`}
          </Badge>
        </span>
      )),
  },
  { title: 'Chosen by', show: strategyName },
  { title: 'Sessions', show: ({ session_affinity: stays, strategy }) => (stays && strategy !== 'failover' ? 'stay' : 'may change') },
  { title: 'For', show: ({ user_paths: paths }) => (paths.length === 0 ? 'everybody' : paths.join(', ')) },
  { title: 'Now', show: ({ resolved_model: model }) => model ?? '–' },
  state,
]

const ruleColumns: readonly Column<VirtualModelView>[] = [
  { title: 'Models', show: ({ source, description }) => [<code>{source}</code>, description === '' ? null : <small class="under">{description}</small>] },
  { title: 'For paths', show: ({ user_paths: paths, groups }) => (paths.length > 0 ? paths.join(', ') : groups.length > 0 ? '–' : 'all') },
  { title: 'For groups', show: ({ user_paths: paths, groups }) => (groups.length > 0 ? groups.join(', ') : paths.length > 0 ? '–' : 'all') },
  state,
]
