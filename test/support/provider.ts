/** Asks a provider's definition what it makes of bodies, replies and refusals, and runs the conformance kit on it. */

import { fileURLToPath } from 'node:url'
import { defaultSettings } from '../../core/config/providers/default-settings.ts'
import { JsonDocument } from '../../core/document/document.ts'
import { Losses } from '../../core/neutral/losses.ts'
import type { JsonObject } from '../../core/neutral/request.ts'
import type { CallFacts, ProviderDefinition, ProviderSettings, SettingsOf } from '../../core/plugin/provider.ts'
import type { OptionsSchema } from '../../core/plugin/schema.ts'
import { providerConformance } from '../../core/testing/conformance.ts'
import { factsOf } from '../../core/upstream/provider/provider-facts.ts'

export type CallOverrides = Partial<Omit<CallFacts, 'settings'>> & { readonly settings?: Readonly<Record<string, unknown>>; readonly strict?: boolean }

export interface Respelled {
  readonly body: Record<string, unknown>
  /** The names of what was dropped, and of what was dropped in silence. */
  readonly dropped: readonly string[]
  readonly silent: readonly string[]
  /** Where Tapline stops. */
  readonly stopAt: readonly string[]
  /** The bytes that go out. */
  readonly text: string
}

/** As configuration gives them: with the defaults of the schema. */
export function settingsOf<S extends OptionsSchema>(definition: ProviderDefinition<S>, own: Readonly<Record<string, unknown>> = {}): SettingsOf<S> {
  const settings: ProviderSettings = {
    ...defaultSettings(definition),
    name: definition.name,
    type: definition.name,
    ...(definition.baseUrl === undefined ? {} : { base_url: definition.baseUrl }),
    ...own,
  }
  return settings as SettingsOf<S>
}

export function callOf<S extends OptionsSchema>(
  definition: ProviderDefinition<S>,
  { settings, strict: _strict, ...overrides }: CallOverrides = {},
): CallFacts<SettingsOf<S>> {
  return { operation: 'chat', dialect: 'openai-chat', model: 'm', streamed: false, ...overrides, settings: settingsOf(definition, settings) }
}

/** A body as it goes out. @param body a body, or its JSON; messages are added to a chat that has none */
export function respelled(definition: ProviderDefinition, body: object | string, overrides: CallOverrides = {}): Respelled {
  const document = documentOf(body)
  const losses = new Losses(overrides.strict)
  const stopAt: string[] = []
  definition.respell?.(document, {
    ...callOf(definition, overrides),
    losses,
    stopAt: sequences => {
      stopAt.push(...sequences)
    },
  })
  const text = document.render().toString()
  const names = (isSilent: boolean) => [...new Set(losses.list.filter(loss => loss.isSilent === isSilent).map(({ field }) => field))].sort()
  return { body: JSON.parse(text) as Record<string, unknown>, dropped: names(false), silent: names(true), stopAt, text }
}

export function rerouted(definition: ProviderDefinition, body: object | string, overrides: CallOverrides = {}): string | undefined {
  return definition.reroute?.(documentOf(body), callOf(definition, overrides))
}

/** What a reply, or the events of one stream, are before they are read. */
export function normalized(definition: ProviderDefinition, ...jsons: readonly object[]): (JsonObject | undefined)[] {
  const normalize = definition.normalizer?.(settingsOf(definition))
  return jsons.map(json => (normalize === undefined ? (json as JsonObject) : normalize(json as JsonObject)))
}

/** The facts of an instance. */
export function instanceFacts(definition: ProviderDefinition, settings: Readonly<Record<string, unknown>> = {}): ReturnType<typeof factsOf> {
  const { base_url: url } = settings
  return factsOf(
    {
      name: definition.name,
      type: definition.name,
      keys: [],
      models: [],
      settings: { ...defaultSettings(definition), ...settings },
      source: 'test',
      ...(typeof url === 'string' ? { base_url: url } : {}),
    },
    definition,
  )
}

/** The headers that a call has once it is signed, by lower-case name. */
export async function signed(
  definition: ProviderDefinition,
  call: { readonly operation?: string; readonly headers?: readonly string[]; readonly body?: object; readonly userPath?: string } = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly headers: Record<string, string>; readonly path: string }> {
  const made = {
    operation: call.operation ?? 'chat',
    method: 'POST',
    path: '/x',
    headers: [...(call.headers ?? [])],
    body: call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body)),
    ...(call.userPath === undefined ? {} : { userPath: call.userPath }),
  }
  await definition.sign?.(made, settingsOf(definition, settings))
  return {
    headers: Object.fromEntries(made.headers.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), made.headers[at + 1] ?? '']] : []))),
    path: made.path,
  }
}

/** What every provider must do. @param file relative to `providers/`; absent where no call can be made on a plain server */
export function conforms(definition: ProviderDefinition, file?: string): void {
  const from = file === undefined ? undefined : fileURLToPath(new URL(`../../providers/${file}`, import.meta.url))
  for (const { name, run } of providerConformance(definition, from)) it(name, run)
}

function documentOf(body: object | string): JsonDocument {
  return JsonDocument.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
}
