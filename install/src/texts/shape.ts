/** Which texts there are: those of the English files. */
import type * as en from './en/index.ts';

/** The same texts in other words: texts stay texts, sentences with values keep their values. */
type InOtherWords<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...values: infer V) => string
      ? (...values: V) => string
      : InOtherWords<T[K]>;
};

export type Texts = InOtherWords<typeof en>;
