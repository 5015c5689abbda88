/** The file of LiteLLM's proxy as tapline.yaml. Facts: https://docs.litellm.ai/docs/proxy/config_settings */

import { basename } from 'node:path'
import { Document, isMap, isSeq, type Node, type Pair, type Scalar } from 'yaml'
import { defineMigration, type Migrated } from '../../../core/plugin/migration.ts'
import type { YamlFile } from '../../../core/config/sources/yaml-file.ts'
import { Deployments, type Instance } from './deployments.ts'
import { Groups, type VirtualModel } from './groups.ts'
import { Ledger, type Section } from './ledger.ts'
import { Settings } from './settings.ts'

export default defineMigration({
  name: 'litellm',
  description: "The configuration file of LiteLLM's proxy",
  convert,
})

/** One of them is in every such file. */
const blocks = ['model_list', 'router_settings', 'litellm_settings', 'general_settings', 'include']

function convert(file: YamlFile): Migrated {
  const ledger = new Ledger(file)
  const { root } = ledger
  if (!blocks.some(block => Object.hasOwn(file.value, block))) ledger.wrong('/model_list', "list: the models, as the file of LiteLLM's proxy has them")
  const deployments = new Deployments(ledger)
  for (const credential of root.sections('credential_list')) deployments.readCredential(credential)
  // Callers say the name of a pattern's provider: other entries have the names that are left.
  for (const entry of root.sections('model_list').toSorted((one, other) => patternsIn(other) - patternsIn(one))) deployments.read(entry)
  const router = root.section('router_settings')
  const litellm = root.section('litellm_settings')
  const groups = new Groups(deployments, ledger)
  for (const section of [router, litellm]) {
    groups.readAliases(section)
    groups.readFallbacks(section)
  }
  const settings = new Settings(ledger)
  settings.readRouter(router)
  settings.readLitellm(litellm)
  settings.readGeneral(root.section('general_settings'))
  settings.readRest(root)
  ledger.check()
  const text = written(basename(file.file), deployments, groups.virtualModels(settings.balancing), settings, ledger)
  return { text, notes: ledger.notes, holdsSecrets: ledger.holdsSecrets }
}

/** With a comment at what came from a line of the file, and a list of what did not come. */
function written(source: string, { instances, hasWildcards }: Deployments, models: readonly VirtualModel[], { tree }: Settings, ledger: Ledger): string {
  const document = new Document({
    ...tree,
    ...(instances.length === 0
      ? {}
      : { models: listing(hasWildcards), providers: Object.fromEntries(instances.map(instance => [instance.name, blockOf(instance)])) }),
    ...(models.length === 0 ? {} : { virtual_models: models.map(({ line: _, ...model }) => model) }),
  })
  const missing = ledger.notes
    .filter(({ kind }) => kind !== 'converted')
    .map(({ kind, pointer, text }) => ` ${source}:${ledger.line(pointer)} ${pointer} ${kind}: ${text}`)
  document.commentBefore = [
    ` Made of ${source} by "tapline migrate litellm".`,
    ...(missing.length === 0 ? [] : [' What is not as it was there:', ...missing]),
  ].join('\n')
  comment(
    document.get('models'),
    hasWildcards
      ? ' What the providers list, and what stands below.'
      : ' Callers see the names of virtual_models alone, and the providers are not asked for others.',
  )
  instances.forEach(({ name, line: at }) => comment(keyOf(document.get('providers'), name), ` ${source}:${at}`))
  models.forEach(({ line: at }, index) => comment(itemOf(document.get('virtual_models'), index), ` ${source}:${at}`))
  return document.toString({ lineWidth: 120 })
}

function patternsIn(entry: Section): 0 | 1 {
  const name = entry.any('model_name')
  return typeof name === 'string' && name.includes('/*') ? 1 : 0
}

function listing(hasWildcards: boolean): Readonly<Record<string, unknown>> {
  return hasWildcards
    ? { configured_provider_models_mode: 'merge' }
    : { configured_provider_models_mode: 'allowlist', keep_only_aliases_at_models_endpoint: true }
}

function blockOf({ settings, models }: Instance): Readonly<Record<string, unknown>> {
  const listed = [...models].map(([id, metadata]) => (Object.keys(metadata).length === 0 ? id : { id, metadata }))
  return { ...settings, ...(listed.length === 0 ? {} : { models: listed }) }
}

function keyOf(map: unknown, key: string): unknown {
  return isMap<Scalar>(map) ? (map.items as readonly Pair<Scalar>[]).find(pair => pair.key.value === key)?.key : undefined
}

function itemOf(list: unknown, index: number): unknown {
  return isSeq(list) ? list.items[index] : undefined
}

function comment(node: unknown, text: string): void {
  if (typeof node === 'object' && node !== null) (node as Node).commentBefore = text
}
