/** Methods of the scope `im` about people: search by name, and look-up by id. */
import type { CallContext, MethodTable } from '../call-context.ts';
import { idsOf, intOf, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import type { User } from '../state.ts';

const usualLimit = 10;
const maxLimit = 50;

function personOf(user: User): object {
  return {
    id: user.id,
    active: user.active,
    name: `${user.firstName} ${user.lastName}`.trim(),
    first_name: user.firstName,
    last_name: user.lastName,
    work_position: user.workPosition ?? '',
    color: user.color,
    avatar: '',
    gender: user.gender,
    birthday: '',
    extranet: user.isExtranet,
    network: false,
    bot: user.isBot,
    connector: user.isConnector,
    external_auth_id: user.isConnector ? 'imconnector' : user.isBot ? 'bot' : 'default',
    status: 'online',
    idle: false,
    last_activity_date: '2026-03-04T15:40:56+03:00',
    mobile_last_date: false,
    absent: false,
    departments: user.isExtranet ? [] : [1],
    phones: { work_phone: '', personal_mobile: '', inner_phone: '' },
  };
}

/** Fields that only the look-up by id returns. */
function listedOnly(user: User): object {
  const type = user.isBot ? 'bot' : user.isExtranet ? 'extranet' : 'user';
  return { avatar_hr: '', desktop_last_date: false, website: '', email: '', bot_data: null, type };
}

/** Users keyed by id, as PHP encodes an array with keys; an empty one is `[]`. */
function search(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const find = textOf(params, 'FIND').trim().toLowerCase();
  if (find.length < 3) throw new RestError('FIND_SHORT', 'Too short a search phrase.');
  const limit = intOf(params, 'LIMIT');
  const offset = Math.max(0, intOf(params, 'OFFSET'));
  const found = [...call.state.users.values()]
    .filter((user) => user.active && !user.isConnector)
    .filter(({ firstName, lastName }) => `${firstName} ${lastName}`.toLowerCase().includes(find))
    .slice(offset, offset + (limit > 0 ? Math.min(limit, maxLimit) : usualLimit));
  return found.length === 0 ? [] : Object.fromEntries(found.map((user) => [user.id, personOf(user)]));
}

function list(call: CallContext): unknown {
  const ids = idsOf(upperCaseKeys(call.params), 'ID');
  if (ids.length === 0) throw new RestError('INVALID_FORMAT', 'A wrong format for the ID field is passed');
  return ids.flatMap((id) => {
    const user = call.state.users.get(id);
    return user === undefined ? [] : [{ ...personOf(user), ...listedOnly(user) }];
  });
}

export const peopleMethods: MethodTable = {
  'im.search.user.list': { scopes: ['im'], run: search },
  'im.user.list.get': { scopes: ['im'], run: list },
};
