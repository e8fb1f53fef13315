/** What the rim has told the wizard. */
export interface WizardKnown {
  /** Remembered choices, snake_case, as `llc config` keeps them. */
  readonly remembered: Readonly<Record<string, unknown>>;
}
