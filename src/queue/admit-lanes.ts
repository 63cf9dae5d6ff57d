/** Chooses the lanes of a direct claim by the rules of an ordinary one (`claim-lanes.ts`), before they are stored. */
import type { Destination } from '../store/queue/claim-lanes.ts';
import type { ClaimPlan } from './destinations.ts';

const keyOf = ({ portal, destination }: Destination): string => `${portal}\n${destination}`;

/** Returns the lanes that the plan allows; if it does not allow all, the first ones. */
export function admitLanes<Lane extends Destination>(plan: ClaimPlan, lanes: readonly Lane[]): Lane[] {
  const allowances = new Map(plan.allowances.map((allowance) => [keyOf(allowance), allowance]));
  const used = new Map<string, number>();
  const admitted: Lane[] = [];
  let unproven = 0;
  for (const lane of lanes) {
    const key = keyOf(lane);
    const allowance = allowances.get(key);
    const before = used.get(key) ?? 0;
    const isProven = allowance?.isProven ?? false;
    if (admitted.length >= plan.lanes || before >= (allowance?.lanes ?? plan.perDestination)) continue;
    if (!isProven && unproven >= plan.unproven) continue;
    if (!isProven) unproven += 1;
    used.set(key, before + 1);
    admitted.push(lane);
  }
  return admitted;
}
