/** A limit that, once reached, holds until what is measured has fallen to 90 % of it. */

export class Limit {
  readonly value: number
  readonly #endsAt: number
  #isReached = false

  /** @param value 0 is never reached */
  constructor(value: number) {
    this.value = value === 0 ? Number.POSITIVE_INFINITY : value
    this.#endsAt = (this.value * 9) / 10
  }

  /** As it was judged last. */
  get isReached(): boolean {
    return this.#isReached
  }

  judge(measured: number): boolean {
    return (this.#isReached = measured >= this.value || (this.#isReached && measured > this.#endsAt))
  }
}
