/** A page and where it goes. */
export interface MadePage {
  readonly path: string;
  readonly text: string;
}
