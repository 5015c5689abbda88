/** What a model costs, in USD. Made by schemas/generate.ts; edit pricing.schema.json instead. */

/**
 * What a model costs, in USD
 */
export interface PriceList {
  /**
   * USD for a million tokens of the prompt.
   */
  input_per_mtok?: number
  /**
   * USD for a million tokens of the answer.
   */
  output_per_mtok?: number
  /**
   * USD for a million tokens that were read from the provider's cache.
   */
  cached_input_per_mtok?: number
  /**
   * USD for a million tokens that were written to the provider's cache.
   */
  cache_write_per_mtok?: number
  /**
   * USD for a million tokens that were written to be kept for an hour.
   */
  cache_write_1h_per_mtok?: number
  /**
   * USD for a million tokens of reasoning.
   */
  reasoning_output_per_mtok?: number
  /**
   * USD for a million tokens of the prompt of a batch.
   */
  batch_input_per_mtok?: number
  /**
   * USD for a million tokens of the answer of a batch.
   */
  batch_output_per_mtok?: number
  /**
   * USD for a million tokens of audio in the prompt.
   */
  audio_input_per_mtok?: number
  /**
   * USD for a million tokens of audio in the answer.
   */
  audio_output_per_mtok?: number
  /**
   * USD for a million tokens of images in the prompt.
   */
  input_image_per_mtok?: number
  /**
   * USD for a million tokens of images in the answer.
   */
  output_image_per_mtok?: number
  /**
   * USD for an image that was made.
   */
  per_image?: number
  /**
   * USD for an image in the prompt.
   */
  input_per_image?: number
  /**
   * USD for a second of audio or video that was sent.
   */
  per_second_input?: number
  /**
   * USD for a second of audio or video that was made.
   */
  per_second_output?: number
  /**
   * USD for a character that was sent.
   */
  per_character_input?: number
  /**
   * USD for a call.
   */
  per_request?: number
  /**
   * USD for a page that was read.
   */
  per_page?: number
  /**
   * Prices by the length of the prompt; the one that holds is for all tokens of the call.
   *
   * @maxItems 32
   */
  tiers?: PriceTier[]
  /**
   * Prices by the time at which a call ends; the first that holds.
   *
   * @maxItems 32
   */
  time_windows?: PriceWindow[]
  /**
   * What all prices are in.
   */
  currency?: 'USD'
}
/**
 * Prices of prompts up to a length.
 */
export interface PriceTier {
  /**
   * The longest prompt that it is for; without a limit, all that are longer.
   */
  up_to_tokens?: number
  /**
   * The same in millions of tokens.
   */
  up_to_mtok?: number
  /**
   * USD for a million tokens of the prompt.
   */
  input_per_mtok?: number
  /**
   * USD for a million tokens of the answer.
   */
  output_per_mtok?: number
  /**
   * USD for a million tokens that were read from the provider's cache.
   */
  cached_input_per_mtok?: number
  /**
   * USD for a million tokens that were written to the provider's cache.
   */
  cache_write_per_mtok?: number
  /**
   * USD for a million tokens that were written to be kept for an hour.
   */
  cache_write_1h_per_mtok?: number
}
/**
 * Prices of some hours.
 */
export interface PriceWindow {
  /**
   * For people.
   */
  label?: string
  /**
   * When it holds.
   *
   * @minItems 1
   * @maxItems 32
   */
  utc_ranges: PriceHours[]
  /**
   * The prices that differ.
   */
  pricing: {
    /**
     * USD for a million tokens of the prompt.
     */
    input_per_mtok?: number
    /**
     * USD for a million tokens of the answer.
     */
    output_per_mtok?: number
    /**
     * USD for a million tokens that were read from the provider's cache.
     */
    cached_input_per_mtok?: number
    /**
     * USD for a million tokens that were written to the provider's cache.
     */
    cache_write_per_mtok?: number
    /**
     * USD for a million tokens that were written to be kept for an hour.
     */
    cache_write_1h_per_mtok?: number
    /**
     * USD for a million tokens of reasoning.
     */
    reasoning_output_per_mtok?: number
    /**
     * USD for a million tokens of the prompt of a batch.
     */
    batch_input_per_mtok?: number
    /**
     * USD for a million tokens of the answer of a batch.
     */
    batch_output_per_mtok?: number
    /**
     * USD for a million tokens of audio in the prompt.
     */
    audio_input_per_mtok?: number
    /**
     * USD for a million tokens of audio in the answer.
     */
    audio_output_per_mtok?: number
    /**
     * USD for a million tokens of images in the prompt.
     */
    input_image_per_mtok?: number
    /**
     * USD for a million tokens of images in the answer.
     */
    output_image_per_mtok?: number
    /**
     * USD for an image that was made.
     */
    per_image?: number
    /**
     * USD for an image in the prompt.
     */
    input_per_image?: number
    /**
     * USD for a second of audio or video that was sent.
     */
    per_second_input?: number
    /**
     * USD for a second of audio or video that was made.
     */
    per_second_output?: number
    /**
     * USD for a character that was sent.
     */
    per_character_input?: number
    /**
     * USD for a call.
     */
    per_request?: number
    /**
     * USD for a page that was read.
     */
    per_page?: number
  }
}
/**
 * Hours of some days, in UTC.
 */
export interface PriceHours {
  /**
   * The days on which it begins, in English or as numbers from 0, which is Sunday; every day where absent.
   *
   * @minItems 1
   * @maxItems 7
   */
  days?: (
    ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun') | number
  )[]
  /**
   * The first second, for example `22:00`.
   */
  start: string
  /**
   * The second behind the last; not later than the first, it is on the next day.
   */
  end: string
}
