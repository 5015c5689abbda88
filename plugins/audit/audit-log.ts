/** The log once its store is open: what writes it, what shows it, and what deletes it. */

import type { Logger } from 'pino'
import type { Exchange, OptionsOf } from '../../core/index.ts'
import type { GivenServices } from '../../core/services/services.ts'
import { dataPath } from '../../core/storage/data-path.ts'
import type { Journal } from '../../core/storage/journal.ts'
import { JournalWriter } from '../shared/journal/journal-writer.ts'
import { liveFate } from '../shared/journal/live-fate.ts'
import { Retention } from '../shared/journal/retention.ts'
import { auditEndpoints } from './api/endpoints.ts'
import { Bodies } from './bodies.ts'
import { changeOf, noteChange } from './changes.ts'
import { auditJournal, type AuditRow } from './journal.ts'
import { LiveAudit } from './live-audit.ts'
import { keepsMedia } from './media/kept-media.ts'
import { FolderOfMedia, MediaInMemory, type MediaFiles } from './media/media-files.ts'
import { MediaStore, type MediaRecord } from './media/media-store.ts'
import { Recorder } from './recorder.ts'
import type { schema } from './schema.ts'

type Options = OptionsOf<typeof schema>

const batchRows = 500

export interface AuditDeps {
  readonly options: Options
  readonly journal: Journal<AuditRow>
  readonly services: GivenServices<'storage' | 'spool' | 'admin', 'usage' | 'live'>
  readonly log: Logger
}

export class AuditLog {
  readonly #deps: AuditDeps
  readonly #media: MediaStore
  readonly #writer: JournalWriter<AuditRow>
  readonly #retention: Retention<AuditRow>
  readonly #recorder: Recorder
  readonly #live: LiveAudit | undefined
  readonly #withdraw: readonly (() => void)[]

  constructor(deps: AuditDeps) {
    const {
      options,
      services: { storage, clock, pipelines, live },
      log,
    } = deps
    this.#deps = deps
    this.#media = new MediaStore({ records: storage.records<MediaRecord>('audit_media'), files: mediaFiles(options), log })
    this.#live = live === undefined || !options.recording ? undefined : new LiveAudit(live, pipelines)
    this.#writer = writerOf(deps)
    this.#retention = retentionOf(deps, this.#media)
    this.#recorder = new Recorder({
      logHeaders: options.log_headers,
      isStepwise: options.log_guardrail_steps,
      onlyModelInteractions: options.only_model_interactions,
      bodies: options.log_bodies ? bodiesOf(options, this.#media) : undefined,
      live: this.#live,
      writer: this.#writer,
      clock,
    })
    this.#withdraw = this.#offer()
  }

  start(): void {
    this.#retention.start()
  }

  /** A request came. */
  open(exchange: Exchange): void {
    this.#recorder.open(exchange)
  }

  /** Its reply has left, or the caller has. */
  close(exchange: Exchange): void {
    const change = changeOf(exchange)
    if (change === undefined) this.#recorder.close(exchange)
    else this.#recorder.closeEvent(exchange, { ...change })
  }

  async end(): Promise<void> {
    for (const withdraw of this.#withdraw) withdraw()
    await this.#retention.close()
    await this.#writer.close()
    await this.#media.settled()
  }

  #offer(): readonly (() => void)[] {
    const {
      options,
      journal,
      services: { admin, usage, clock },
    } = this.#deps
    const endpoints = auditEndpoints({ journal: options.recording ? journal : undefined, flush: () => this.#writer.flush(), media: this.#media, usage, clock })
    return [
      ...endpoints.map(endpoint => admin.endpoint(endpoint)),
      admin.setting('LOGGING_ENABLED', () => options.recording),
      admin.setting('LOGGING_RETENTION_DAYS', () => String(options.retention_days)),
      admin.onChange(noteChange),
      () => this.#live?.end(),
    ]
  }
}

function writerOf({ options, journal, services: { spool, clock, meter, health, live }, log }: AuditDeps): JournalWriter<AuditRow> {
  return new JournalWriter({
    name: auditJournal.name,
    policy: { bufferRows: options.buffer_size, batchRows, everyMs: options.flush_interval },
    journal,
    spool,
    clock,
    meter,
    health,
    log,
    fate: live === undefined ? undefined : liveFate(live, auditJournal.name),
  })
}

function retentionOf({ options: { retention_days: days }, journal, services: { storage, clock }, log }: AuditDeps, media: MediaStore): Retention<AuditRow> {
  return new Retention({ name: auditJournal.name, deleteAlso: before => media.deleteBefore(before), days, journal, storage, clock, log })
}

function mediaFiles({ media_type: type, media_path: path }: Options): MediaFiles {
  return type === 'memory' ? new MediaInMemory() : new FolderOfMedia(path ?? dataPath('media'))
}

function bodiesOf(options: Options, media: MediaStore): Bodies {
  const mayKeep = (side: 'input' | 'output') => keepsMedia(options, side, 'audio') || keepsMedia(options, side, 'image')
  return new Bodies(
    {
      logRevisions: options.log_revision_bodies,
      isStepwise: options.log_guardrail_steps,
      keepsUploads: mayKeep('input'),
      keepsMedia: mayKeep('output'),
    },
    (row, side, file) => (keepsMedia(options, side, file.kind) ? media.keep(row, file) : undefined),
  )
}
