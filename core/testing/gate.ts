/** A gate that a test opens by hand, where it would otherwise sleep. */

/**
 * Whoever awaits it goes on when it is open; it stays open.
 * @example
 * const gate = new Gate()
 * upstream.reply({ chunks, gates: { beforeChunk: { 3: gate } } })
 * await gate.reached // three chunks have left
 * gate.open()
 */
export class Gate implements PromiseLike<void> {
  readonly #opened = Promise.withResolvers<void>()
  readonly #reached = Promise.withResolvers<void>()

  /** Resolves when somebody stands before the gate. */
  get reached(): Promise<void> {
    return this.#reached.promise
  }

  open(): void {
    this.#opened.resolve()
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a gate is awaited like any promise
  then<Passed = void, Failed = never>(
    onOpen?: ((value: void) => Passed | PromiseLike<Passed>) | null,
    onFailure?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Passed | Failed> {
    this.#reached.resolve()
    return this.#opened.promise.then(onOpen, onFailure)
  }
}
