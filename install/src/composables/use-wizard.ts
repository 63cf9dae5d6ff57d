/** The installation wizard: the set-up as it goes, and the step that is shown. The step is remembered by the server, so that a reload goes on there. */
import { type ComputedRef, computed, type Ref, ref } from 'vue';
import type { SetUp, Wizard, WizardStep } from '../../../src/api/schemas/setup.ts';
import { api } from '../api/client.ts';
import { type Action, useAction } from './use-action.ts';
import { type Load, useLoad } from './use-load.ts';

export const wizardSteps: readonly WizardStep[] = ['rights', 'bots', 'answers', 'line', 'message'];

const lookEveryMs = 1_500;

export interface WizardState {
  readonly setUp: Load<SetUp>;
  /** Undefined until it is known where the wizard goes on. */
  readonly step: ComputedRef<WizardStep | undefined>;
  readonly move: Action<[step: WizardStep]>;
  /** True when it is stored that the app opens its pages from now on. */
  readonly end: Action<[]>;
}

export function useWizard(): WizardState {
  const chosen: Ref<WizardStep | undefined> = ref();
  const setUp = useLoad((signal) => api.get<SetUp>('/api/setup', {}, signal), lookEveryMs);
  const isAllowed = computed(() => setUp.data.value?.rights.isAdmin === true);
  const move = useAction(async (step: WizardStep) => {
    if (isAllowed.value) await api.patch<Wizard>('/api/setup/wizard', { step });
    chosen.value = step;
  });
  const end = useAction(async () => {
    await api.patch<Wizard>('/api/setup/wizard', { isEnded: true });
  });
  const step = computed(() => {
    const data = setUp.data.value;
    if (data === undefined) return undefined;
    // Whoever is no administrator reads what is missing, and nothing else.
    return data.rights.isAdmin ? (chosen.value ?? data.wizard.step) : 'rights';
  });
  return { setUp, step, move, end };
}
