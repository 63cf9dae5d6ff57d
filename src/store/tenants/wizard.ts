/** How far the installation wizard has come in a portal: an administrator who opens the app goes on there, until it is ended. */
import { type Db, query } from '../database.ts';

export const wizardSteps = ['rights', 'bots', 'answers', 'line', 'message'] as const;
export type WizardStep = (typeof wizardSteps)[number];

export interface WizardProgress {
  readonly wizard_began_at: Date;
  readonly wizard_step: WizardStep;
  /** Null: it goes on. */
  readonly wizard_ended_at: Date | null;
}

export interface WizardChange {
  readonly step?: WizardStep | undefined;
  /** False: it begins anew. */
  readonly isEnded?: boolean | undefined;
}

/** Returns the progress after the change; null when the portal was erased meanwhile. Repeating a change has no effect. */
export async function moveWizard(db: Db, portal: string, change: WizardChange): Promise<WizardProgress | null> {
  const { step = null, isEnded = null } = change;
  const result = await query<WizardProgress>(
    db,
    `update portal set
       wizard_step = coalesce(?::text, wizard_step),
       wizard_began_at = case when ?::boolean is false and wizard_ended_at is not null then clock.at else wizard_began_at end,
       wizard_ended_at = case ?::boolean when true then coalesce(wizard_ended_at, clock.at) when false then null
         else wizard_ended_at end
     from (select now() as at) clock
     where portal = ?
     returning wizard_began_at, wizard_step, wizard_ended_at`,
    [step, isEnded, isEnded, portal],
  );
  return result.rows[0] ?? null;
}
