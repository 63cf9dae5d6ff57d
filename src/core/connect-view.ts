/**
 * The page on which an account is connected from the remote's side. The brain decides what is shown, as one of these views; the page itself
 * (`install/src/connect/`) is the same for all brains. It posts what a person does to `action` and gets the next view.
 */
import type { FormField } from './config-form.ts';
import type { FieldProblem, ShownField } from './form-values.ts';
import type { Language } from './language.ts';
import type { Texts } from './texts.ts';

/** What a brain's route answers to a browser; the app adds the title of the brain. */
export interface ConnectPage {
  /** The reader's language. */
  readonly language: Language;
  /** Where the steps are posted. */
  readonly action: string;
  readonly view: ConnectView;
}

/** The data in the page, read by the page's script. */
export interface ConnectPageData extends ConnectPage {
  /** The brain's title. */
  readonly title: Texts;
  readonly about: Texts | null;
}

interface AnyView {
  /** Sealed texts that the page sends back unchanged with the next step. */
  readonly carried: Readonly<Record<string, string>>;
  /** Why the last step was refused, in the reader's language where the brain has words for it. The page has words for the app's own codes. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** Asks which account to connect, and to which portal. */
export interface AccountView extends AnyView {
  readonly name: 'account';
  /** The account, if known and proven; null: the person types it into the fields. */
  readonly account: string | null;
  readonly fields: readonly FormField[];
  readonly start: readonly ShownField[];
  /** The name of the portal whose code was given; null: the page asks for the code. */
  readonly portal: string | null;
}

export interface ChoiceView extends AnyView {
  readonly name: 'choice';
  readonly account: string;
  readonly portal: string;
  readonly bots: readonly {
    readonly code: string;
    readonly name: string;
    readonly type: string;
    /** The bot has this account already. */
    readonly isHere: boolean;
    /** Who answers for it now. */
    readonly now: Texts;
  }[];
}

export interface SettingsView extends AnyView {
  readonly name: 'settings';
  readonly account: string;
  readonly bot: { readonly code: string; readonly name: string };
  /** The bot has this account already. */
  readonly isHere: boolean;
  readonly fields: readonly FormField[];
  readonly shown: readonly ShownField[];
  /** Problems of single fields, in the reader's language. */
  readonly problems: readonly FieldProblem[];
}

export interface ConnectedView extends AnyView {
  readonly name: 'connected';
  readonly account: string;
  readonly bot: string;
  /** The remote's address to go back to. */
  readonly back: string;
}

export type ConnectView = AccountView | ChoiceView | SettingsView | ConnectedView;

/** What the page posts, as JSON. */
export type ConnectStep = {
  /** As in the view before. */
  readonly carried: Readonly<Record<string, string>>;
} & (
  | { readonly step: 'check'; readonly values: Readonly<Record<string, string>>; readonly code: string }
  | { readonly step: 'choose' }
  | { readonly step: 'settings'; readonly bot: string }
  | { readonly step: 'connect'; readonly bot: string; readonly values: Readonly<Record<string, string>> }
);
