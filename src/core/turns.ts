/** How often question and answer have alternated in a conversation lately, as stored with the conversation. */

export interface Turns {
  /** A question has reached the brain since its last answer. */
  readonly isAsked: boolean;
  /** When the last question came; all times are ISO 8601. */
  readonly askedAt: string;
  /** `minute` and `hour` count the questions answered since these times. */
  readonly minuteSince: string;
  readonly minute: number;
  readonly hourSince: string;
  readonly hour: number;
}

/** The limit of a bot without a setting of its own. People who read the answers do not write that often. */
export const usualTurnsPerMinute = 30;
