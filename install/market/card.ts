/**
 * What the vendor's cabinet asks for when a solution is published (docs/platform-notes/bitrix24.md#marketplace). Texts name what differs from
 * publisher to publisher as `{{solution}}`, `{{legalEntity}}` and the other fields of Publisher.
 */

/** The showcases of Bitrix24: Russia, Belarus and Kazakhstan read Russian, the West reads English only. */
export type CardLanguage = 'ru' | 'en';

/** Who publishes the solution: filled in by the publisher, never part of this repository. */
export interface Publisher {
  /** The title of the solution, in the card and in both documents alike. */
  readonly solution: string;
  /** The licensor: the counterparty of the vendor's cabinet. */
  readonly legalEntity: string;
  readonly address: string;
  readonly supportEmail: string;
  readonly supportPhone: string;
  /** A page with a form of contact, in the card's language. */
  readonly supportUrl: string;
  /** Working days and hours of the support, with the time zone. */
  readonly supportHours: string;
  /** Time to the first answer, in words. */
  readonly supportReaction: string;
  /** Addresses that open the documents in the browser. */
  readonly eulaUrl: string;
  readonly privacyUrl: string;
  /** The page with the prices of RetailCRM or, in the English card, of Simla. */
  readonly crmPricesUrl: string;
  /** `UNINSTALL_KEEP_HOURS` of the installation. */
  readonly keepHours: string;
  /** `RETENTION_DAYS` of the installation. */
  readonly retentionDays: string;
}

/** A service that users pay apart from the solution. */
export interface PaidService {
  readonly name: string;
  readonly site: string;
  /** Where its prices are: a moderator looks for this link. */
  readonly prices: string;
}

export interface MarketCard {
  readonly language: CardLanguage;
  /** One or two sentences that go on where the title ends. */
  readonly slogan: string;
  /** Paragraphs, and lists whose lines begin with `- `. `{{services}}` stands for the list of paid services. */
  readonly description: string;
  readonly installation: string;
  readonly support: string;
  readonly services: readonly PaidService[];
  /** At most 2 000 characters in all, joined by commas. */
  readonly keywords: readonly string[];
  /** At most five, as the catalogue names them. */
  readonly categories: readonly string[];
  readonly pricing: {
    readonly model: string;
    /** The option that says that users pay an external service. */
    readonly paysExternalService: boolean;
  };
  /** For the moderator alone; it is not published. */
  readonly testData: string;
  /** What changed in this version. */
  readonly version: string;
}
