/** What configuration says of one provider instance. */

export interface ProviderConfig {
  /** What selectors say. */
  readonly name: string
  readonly type: string
  /** In the order in which they are taken, without repetition. */
  readonly keys: readonly string[]
  /** Without a slash at its end; absent for the type's own. */
  readonly base_url?: string
  readonly proxy_url?: string
  readonly models: readonly ConfiguredModel[]
  /** Overrides of the global block, as written. */
  readonly resilience?: { readonly retry?: Readonly<Record<string, unknown>>; readonly circuit_breaker?: Readonly<Record<string, unknown>> }
  /** Everything that the instance's block says but its keys, options of its own type included. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The variables of its vendor that are set, by name (`variables` of its type), and those that name proxies. They may be secret. */
  readonly variables?: Readonly<Record<string, string>>
  /** The folder of the configuration, for types whose settings name packages. */
  readonly directory?: string
  /** `yaml:LINE` of its block, or the first variable that made it. */
  readonly source: string
}

export interface ConfiguredModel {
  readonly id: string
  readonly metadata?: Readonly<Record<string, unknown>>
}
