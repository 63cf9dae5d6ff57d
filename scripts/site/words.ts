/** The texts of the site in one language. Text between backticks is shown as code. */

export interface Fact {
  readonly text: string;
  /** Address of the source. */
  readonly source: string;
  readonly href: string;
}

export interface SiteWords {
  readonly language: 'en' | 'ru';
  readonly title: string;
  readonly summary: string;
  readonly lead: string;
  /** Name of the other language in that language. */
  readonly otherLanguage: string;
  readonly tryIt: string;
  readonly readMore: string;
  readonly promise: { readonly title: string; readonly items: readonly (readonly [title: string, text: string])[] };
  readonly road: {
    readonly title: string;
    readonly intro: string;
    readonly steps: readonly (readonly [title: string, text: string])[];
    readonly outro: string;
  };
  readonly sandbox: {
    readonly title: string;
    readonly intro: string;
    readonly after: readonly string[];
  };
  readonly brains: {
    readonly title: string;
    readonly intro: string;
    readonly columns: readonly [string, string, string];
    readonly rows: readonly {
      readonly name: string;
      readonly who: string;
      readonly how: string;
      readonly document?: string;
    }[];
  };
  readonly comparison: {
    readonly title: string;
    readonly intro: string;
    readonly columns: readonly [string, string, string];
    readonly rows: readonly { readonly question: string; readonly ours: string; readonly others: readonly Fact[] }[];
  };
  readonly add: {
    readonly title: string;
    readonly intro: string;
    readonly steps: readonly string[];
    readonly more: string;
    readonly moreHref: string;
  };
  readonly limits: { readonly title: string; readonly items: readonly string[] };
  readonly footer: {
    readonly licence: string;
    readonly documents: readonly (readonly [text: string, href: string])[];
  };
}
