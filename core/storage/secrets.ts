/** What must not stand readable in the store. */

/** Where a secret is kept: it opens nowhere else. */
export interface SecretPlace {
  readonly collection: string
  /** Of the document. */
  readonly id: string
  /** A member at the top of the document, whose value is a text. */
  readonly field: string
}

/** The service `secrets`. */
export interface Secrets {
  /** Whether a key is configured to seal with. */
  readonly hasKey: boolean
  /**
   * Says, before anything is opened, which members of a collection are sealed.
   * @param options `ownMaking`: the gateway makes these itself; while no key is configured, nobody is warned that they stand as they are
   */
  cover(collection: string, fields: readonly string[], options?: { readonly ownMaking?: boolean }): void
  /** @returns what is to be stored: the text as it is where no key is configured */
  seal(place: SecretPlace, text: string): Promise<string>
  /** @param stored what `seal` gave, or a text from before there was a key. @throws Error if it was sealed for another place, or with a key that is not here */
  open(place: SecretPlace, stored: string): Promise<string>
  /** Seals all that is covered with the newest data key. @param rotate makes a new one first. @returns how many documents changed. @throws Error if no key is configured */
  reencrypt(options?: { readonly rotate?: boolean }): Promise<number>
}
