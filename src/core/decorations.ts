/** What may hang on a message besides its text: buttons, entries of its menu, and cards. */

/** How a button looks and when it works; whatever is absent is Bitrix24's default. Customers of an Open Channel see none of it. */
export interface ButtonLook {
  /** It stands beside the button before it; absent: it has its own row. */
  readonly joinsRow?: boolean;
  /** `#rgb`, `#rrggbb`, or one of the portal's own colours. */
  readonly color?: string;
  readonly textColor?: string;
  /** Colours of a disabled button. */
  readonly offColor?: string;
  readonly offTextColor?: string;
  /** Pixels. */
  readonly width?: number;
  readonly isDisabled?: boolean;
  /** Shown in the portal's mobile app only, or everywhere but there. */
  readonly device?: 'mobile' | 'desktop';
  /** Commands only: cannot be pressed again until the message gets new buttons. */
  readonly isOnce?: boolean;
}

/**
 * A button under a message, or an entry of its menu: pressing it sends the text as the person, puts the text into the person's text field or
 * clipboard, opens the link or a dialog of the portal, calls the number, or runs the command.
 */
export type Button = ButtonLook &
  (
    | { readonly type: 'say'; readonly label: string; readonly text: string }
    | { readonly type: 'put'; readonly label: string; readonly text: string }
    | { readonly type: 'copy'; readonly label: string; readonly text: string }
    | { readonly type: 'dialog'; readonly label: string; readonly dialogId: string }
    | { readonly type: 'link'; readonly label: string; readonly url: string }
    | { readonly type: 'call'; readonly label: string; readonly phone: string }
    | { readonly type: 'command'; readonly label: string; readonly command: string; readonly params: string }
  );

/** An object shown as a card under a message: a product, an order, a link. */
export interface Card {
  /** Empty only beside blocks. */
  readonly title: string;
  /** Address the title links to; null when there is none. */
  readonly url: string | null;
  /** Public address of a picture; null when there is none. */
  readonly image: string | null;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What follows, in order. Absent: nothing. */
  readonly blocks?: readonly CardBlock[];
  /** `#rgb`, `#rrggbb`, or one of the portal's own colours; the first card's colour applies to the whole message. */
  readonly color?: string;
}

/** A part of a card; every kind Bitrix24 has. Addresses must be public, texts are plain. */
export type CardBlock =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'link';
      readonly url: string;
      readonly name: string;
      readonly description?: string;
      /** A picture, with its size in pixels. */
      readonly preview?: string;
      readonly width?: number;
      readonly height?: number;
    }
  /** A person, chat or bot of the portal, or somebody elsewhere, by a link. */
  | {
      readonly type: 'person';
      readonly name: string;
      readonly avatar?: string;
      readonly leadsTo?: PersonTarget;
    }
  | { readonly type: 'facts'; readonly display: FactsDisplay; readonly facts: readonly CardFact[] }
  | {
      readonly type: 'image';
      readonly url: string;
      readonly name?: string;
      readonly preview?: string;
      readonly width?: number;
      readonly height?: number;
    }
  /** `size` in bytes. */
  | { readonly type: 'file'; readonly url: string; readonly name: string; readonly size?: number }
  | { readonly type: 'divider'; readonly width?: number; readonly color?: string };

export type PersonTarget =
  | { readonly userId: string }
  | { readonly chatId: string }
  | { readonly botId: string }
  | { readonly url: string };

/** Below each other, side by side, in two columns, or as a table. */
export type FactsDisplay = 'block' | 'line' | 'row' | 'table';

export interface CardFact {
  readonly name: string;
  readonly value: string;
  readonly color?: string;
  readonly url?: string;
  readonly userId?: string;
  readonly chatId?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}
