/** The core's own part of tapline.yaml. Plugins add their settings to it. Made by schemas/generate.ts; edit config.schema.json instead. */

import type {PriceList} from './records/pricing.schema.ts'

/**
 * One change to a pipeline.
 */
export type PatchSetting =
  | {
      insert: StepSetting
      before: StepName
      after?: StepName
    }
  | {
      insert: StepSetting
      after: StepName
      before?: StepName
    }
  | {
      remove: StepName
    }
  | {
      replace: StepName
      with: StepSetting
    }
  | {
      set: StepName
      options?: Options
      on_error?: OnError
      timeout?: Timeout
    }
/**
 * A plugin's name, or the plugin with what it is given.
 */
export type StepSetting =
  | string
  | {
      /**
       * A default plugin's name, an npm package, or a path to .ts or .js, relative to the file that names it.
       */
      use: string
      /**
       * The name that patches, logs and metrics say; that of the plugin by default.
       */
      name?: string
      options?: Options
      on_error?: OnError
      timeout?: Timeout
      sha256?: Sha256
      /**
       * The only phases in which the plugin is tapped.
       */
      phases?: ('request' | 'route' | 'prompt' | 'lookup' | 'attempt' | 'settled' | 'recover' | 'response' | 'stream' | 'complete' | 'finished')[]
    }
/**
 * What it means when the step fails: open lets the request go on, closed fails it.
 */
export type OnError = 'open' | 'closed'
/**
 * How long one call of the step may take; 0 is no limit.
 */
export type Timeout = number
/**
 * Hexadecimal SHA-256 of the file; another digest refuses it.
 */
export type Sha256 = string
/**
 * The name of a step of the pipeline.
 */
export type StepName = string
export type Route = string

/**
 * The core's own part of tapline.yaml. Plugins add their settings to it.
 */
export interface TaplineSettings {
  /**
   * The listening side.
   */
  server: {
    /**
     * TCP port. A reload cannot change it.
     */
    port: number
    /**
     * Address to listen on. All interfaces by default; loopback as long as nothing asks callers for a key.
     */
    host?: string
    /**
     * How many processes serve the port. With 2 and more, a further one starts and watches them, and holds what they count by. A reload cannot change it.
     */
    workers: number
    /**
     * Listen as configured although nothing asks callers for a key.
     */
    allow_open: boolean
    /**
     * Path below which everything is served.
     */
    base_path: string
    /**
     * Largest request body; a larger one is answered 413.
     */
    body_size_limit: number
    /**
     * Largest form with files; it flows to the provider and is never held whole.
     */
    upload_size_limit: number
    /**
     * Whether what a guardrail says in X-Tapline-Guardrail is also said in X-GoModel-Guardrail.
     */
    compat_headers: boolean
    /**
     * How long one write to a slow client may block; 0 is no limit.
     */
    stream_stall_timeout: number
    /**
     * Proxies that are believed when they say who called them: addresses, blocks such as 10.0.0.0/8, loopback, private. None by default.
     */
    trusted_proxies: string[]
    /**
     * Where they say it. Any other header than X-Forwarded-For holds one address.
     */
    client_ip_header: string
    /**
     * How many of them a call comes through. 0: the client is the nearest in the chain that is not trusted.
     */
    trusted_hops: number
    /**
     * File that holds the process id; empty for none. data/tapline.pid by default if ./data exists, else below the user's data directory.
     */
    pid_file?: string
    /**
     * What happens between SIGTERM and the end.
     */
    shutdown: {
      /**
       * Keep accepting for so long while readiness already says 503.
       */
      linger: number
      /**
       * How long requests in flight may take.
       */
      drain_timeout: number
      /**
       * How long the whole shutdown may take.
       */
      total_timeout: number
    }
  }
  /**
   * Calls to providers.
   */
  http: {
    /**
     * How long a whole call may take.
     */
    timeout: number
    /**
     * How long a provider may take until its response headers.
     */
    response_header_timeout: number
    /**
     * How long a stream may be silent after its first bytes; 0 is no limit.
     */
    stream_idle_timeout: number
    /**
     * Connections kept to one provider.
     */
    max_connections_per_origin: number
    /**
     * How long an idle connection is kept.
     */
    keep_alive_timeout: number
  }
  /**
   * The log of the process.
   */
  logging_runtime: {
    /**
     * text on a terminal, else json, by default.
     */
    format?: 'text' | 'json'
    /**
     * The least severe level that is logged.
     */
    level: 'debug' | 'info' | 'warn' | 'error'
  }
  /**
   * Provider instances, by name. The name is what selectors say; it has no / and no :.
   */
  providers: {
    [k: string]: ProviderSetting
  }
  /**
   * Pipelines, by name: a list of patches, a new pipeline, or off. Nothing changes nothing.
   */
  pipelines: {
    [k: string]: null | PatchSetting[] | PipelineSetting | false
  }
  /**
   * What happens when a provider speaks another dialect than the caller.
   */
  translation: {
    /**
     * The reply's header X-Tapline-Dropped names what could not be carried.
     */
    report_dropped: boolean
    /**
     * What could not be carried is refused with 400 instead.
     */
    strict: boolean
    /**
     * A tool that takes free text becomes a function with one string, where the provider knows only functions.
     */
    wrap_custom_tools: boolean
    /**
     * Another vendor's reasoning state travels to Anthropic clients in thinking blocks that only Tapline reads.
     */
    seal_foreign_state: boolean
  }
  /**
   * Plugins from outside the default set.
   */
  plugins: {
    /**
     * false refuses every plugin outside the default set.
     */
    enabled: boolean
    /**
     * Directories in which plugins are looked for by name.
     */
    search_paths: string[]
    /**
     * Plugin files, loaded at the start; a step may use one by the name that it gives itself. In a variable as file[=sha256], between commas.
     */
    load: {
      /**
       * Path of the file, relative to the configuration file.
       */
      file: string
      sha256?: Sha256
    }[]
  }
  /**
   * Kept as it is, for whoever owns it.
   */
  extensions: {
    [k: string]: unknown
  }
}
/**
 * One provider instance. Its type may know further members.
 */
export interface ProviderSetting {
  /**
   * The kind of provider; the block's name by default, if that is one.
   */
  type?: string
  /**
   * Its key.
   */
  api_key?: string
  /**
   * Several keys, taken in turn.
   */
  api_keys?: string[]
  /**
   * Where its API is served.
   */
  base_url?: string
  /**
   * Its models: ids, or ids with what is known of them.
   */
  models?: (
    | string
    | {
        /**
         * The id that the provider knows.
         */
        id: string
        metadata?: Metadata
      }
  )[]
  /**
   * Which of its models are offered. Globs on the id, case-insensitive; * crosses /.
   */
  model_filter?: {
    /**
     * Only ids that match one of these.
     */
    include?: string[]
    /**
     * No ids that match one of these.
     */
    exclude?: string[]
    /**
     * Only models of which neither a million tokens in nor a million out cost more, in USD; none whose price nobody knows.
     */
    max_price_per_mtok?: number
  }
  /**
   * Whether calls of one session keep to one key; false takes the next key for every attempt.
   */
  session_sticky_keys?: boolean
  /**
   * Overrides the global block, member by member.
   */
  resilience?: {
    /**
     * As resilience.retry.
     */
    retry?: {
      [k: string]: unknown
    }
    /**
     * As resilience.circuit_breaker.
     */
    circuit_breaker?: {
      [k: string]: unknown
    }
  }
  /**
   * Headers that every call to it carries, in the place of its own of those names; not the key, Host and what says how a message is carried.
   */
  custom_upstream_headers?: {
    [k: string]: string
  }
  /**
   * Whether headers of callers go along, in the place of its own of those names and of custom_upstream_headers; never credentials, cookies, user paths, and what proxies and connections say.
   */
  passthrough_user_headers?: boolean
  /**
   * Names of headers: which ones do not go along, or with the mode allow which ones alone do.
   */
  passthrough_user_headers_skip?: string[]
  /**
   * What passthrough_user_headers_skip lists: what is left out, or all that goes along; `skip` where absent.
   */
  passthrough_user_headers_skip_mode?: 'skip' | 'allow'
  /**
   * HTTP or SOCKS5 proxy for this instance.
   */
  proxy_url?: string
  /**
   * The header that carries the key.
   */
  auth_header?: string
  /**
   * The word before the key; empty for none.
   */
  auth_scheme?: string
  /**
   * Overrides the global block, member by member.
   */
  translation?: {
    /**
     * As translation.report_dropped.
     */
    report_dropped?: boolean
    /**
     * As translation.strict.
     */
    strict?: boolean
    /**
     * As translation.wrap_custom_tools.
     */
    wrap_custom_tools?: boolean
    /**
     * As translation.seal_foreign_state.
     */
    seal_foreign_state?: boolean
  }
  /**
   * Whether Tapline fetches images that are given by address, for a provider that does not: by https, from public hosts, up to 20 MiB.
   */
  fetch_remote_images?: boolean
  /**
   * The dialects that it speaks itself.
   */
  native_dialects?: string[]
  /**
   * The only operations that are asked of it.
   */
  operations?: string[]
}
/**
 * What is known of a model; overrides what the catalogue says.
 */
export interface Metadata {
  /**
   * Its name for people.
   */
  display_name?: string
  /**
   * Tokens that fit in.
   */
  context_window?: number
  /**
   * Tokens that it may answer.
   */
  max_output_tokens?: number
  /**
   * What it is for: chat, embedding …
   */
  modes?: string[]
  /**
   * The model behind it, where its id does not say: behind a deployment, for example.
   */
  base_model?: string
  /**
   * What it can do.
   */
  capabilities?: {
    [k: string]: unknown
  }
  pricing?: PriceList
}
/**
 * Checked by the plugin's own schema.
 */
export interface Options {
  [k: string]: unknown
}
/**
 * A new pipeline.
 */
export interface PipelineSetting {
  /**
   * The pipeline whose steps it takes over.
   */
  extends?: string
  /**
   * Its steps, in order.
   */
  steps?: StepSetting[]
  /**
   * Changes to the steps that it takes over.
   */
  patches?: PatchSetting[]
  /**
   * Method and path, for example POST /v1/chat/completions; one or several. {a.b} stands for a setting.
   */
  route?: Route | Route[]
  /**
   * The operation that providers serve it with.
   */
  operation?: string
  /**
   * The wire format of its callers.
   */
  dialect?: string
  /**
   * Callers of other wire formats, and how they are known: by a header that they send, or by the path.
   */
  dialect_when?: {
    /**
     * Their wire format.
     */
    dialect: string
    /**
     * A header of theirs, in lower case.
     */
    header?: string
    /**
     * A path of theirs, or one below it.
     */
    path?: string
  }[]
  /**
   * What its requests carry.
   */
  body?: 'json' | 'bytes' | 'form' | 'none'
}
