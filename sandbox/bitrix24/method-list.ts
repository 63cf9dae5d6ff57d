/** The REST methods of this portal, and how the name in a request is matched to one. */
import type { Method, MethodTable } from './call-context.ts';
import { basicMethods } from './methods/basic.ts';
import { batchMethods } from './methods/batch.ts';
import { botsV1Methods } from './methods/bots-v1.ts';
import { botsV2Methods } from './methods/bots-v2.ts';
import { chatsV1Methods } from './methods/chats-v1.ts';
import { chatsV2Methods } from './methods/chats-v2.ts';
import { commandsV1Methods } from './methods/commands-v1.ts';
import { commandsV2Methods } from './methods/commands-v2.ts';
import { eventBindingMethods } from './methods/event-bindings.ts';
import { eventsV2Methods } from './methods/events-v2.ts';
import { filesV2Methods } from './methods/files-v2.ts';
import { messagesV1Methods } from './methods/messages-v1.ts';
import { messagesV2Methods } from './methods/messages-v2.ts';
import { openLineMethods } from './methods/open-lines.ts';
import { peopleMethods } from './methods/people.ts';
import type { PortalState } from './state.ts';

const V1: MethodTable = {
  ...batchMethods,
  methods: { scopes: [], run: (call) => methodNames(call.state) },
  ...basicMethods,
  ...eventBindingMethods,
  ...botsV1Methods,
  ...messagesV1Methods,
  ...chatsV1Methods,
  ...commandsV1Methods,
  ...openLineMethods,
  ...peopleMethods,
};

const V2: MethodTable = {
  ...botsV2Methods,
  ...eventsV2Methods,
  ...chatsV2Methods,
  ...messagesV2Methods,
  ...commandsV2Methods,
  ...filesV2Methods,
};

/** Names as `methods` lists them. */
function methodNames(state: PortalState): string[] {
  return [...Object.keys(V1), ...(state.options.v2 ? Object.keys(V2) : [])];
}

/** v1 names match in any case; v2 names only as documented, and only on portals that have imbot.v2. */
export function findMethod(state: PortalState, name: string): { name: string; method: Method } | null {
  if (state.options.v2 && Object.hasOwn(V2, name)) {
    const method = V2[name];
    return method === undefined ? null : { name, method };
  }
  const lower = name.toLowerCase();
  const method = Object.hasOwn(V1, lower) ? V1[lower] : undefined;
  return method === undefined ? null : { name: lower, method };
}
