/** Provider instances that are added while the gateway runs, beside those of the configuration. */

import type { ProviderConfig } from '../config/providers/config.ts'
import type { ShownSetting } from '../config/show.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'

/** An instance as somebody added it. */
export interface AddedProvider {
  readonly name: string
  /** As `providers.<name>` would say it, with its type; no variable is filled in. */
  readonly block: Readonly<Record<string, unknown>>
  /** Whether secret references (`${env:NAME}`) count in it. */
  readonly mayRefer: boolean
}

/** The service `addedProviders`: asked whenever a configuration was opened, before it serves. */
export interface AddedProviders {
  /** In any order. What the configuration declares under one of these names counts before it. */
  readonly all: readonly AddedProvider[]
}

/** A configuration that is ready to serve, and does not yet. Until one of both is called, no other can be made. */
export interface Prepared {
  /** It serves from now on, in the place of the one before. */
  take(): void
  /** It shall not serve. */
  drop(): Promise<void>
}

/** The service `configurations`: the one that serves, and others in its place. It is there only in a gateway that serves. */
export interface Configurations {
  /** The instances that the configuration itself declares, by name. */
  readonly declared: ReadonlyMap<string, ProviderConfig>
  /** The types that instances may have, by name. */
  readonly types: ReadonlyMap<string, ProviderDefinition>
  /** Why added instances do not serve, by name. */
  readonly leftOut: ReadonlyMap<string, string>
  /** Every setting that has a value, and where that comes from; secrets redacted. */
  readonly settings: readonly ShownSetting[]
  /** @throws AddedProviderFault if it cannot be an instance; nothing is set up */
  check(added: AddedProvider): void
  /**
   * Compiles the configuration that serves with other added instances.
   * @param name the one of them that must not be left out
   * @throws AddedProviderFault if it would be
   */
  prepare(added: readonly AddedProvider[], name?: string): Promise<Prepared>
  /**
   * Has the configuration that serves take over what `addedProviders` says now, as a whole; if it cannot be compiled, all stays as it is, and the log says why.
   * @param again tries those once more that were left out
   */
  renew(again?: boolean): Promise<void>
}

/** Why an added instance cannot be one. Nothing in the message is secret. */
export class AddedProviderFault extends Error {
  override readonly name = 'AddedProviderFault'
  /** The member of its block that is at fault, if it is one; below it, with dots. */
  readonly param: string | undefined

  constructor(message: string, details: { readonly param?: string | undefined; readonly cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.param = details.param
  }
}
