import { artifactsScreen, openArtifacts } from '../artifacts/artifacts-screen.ts';
import { detailScreen, openDetail } from '../detail/detail-screen.ts';
import { errorsScreen, openErrors } from '../errors/errors-screen.ts';
import { gridScreen, openGrid } from '../grid/grid-screen.ts';
import { homeScreen, openHome } from '../home/home-screen.ts';
import type { Known } from '../known/known.ts';
import { wizardWants } from '../wizard/wizard-keys.ts';
import { toStep } from '../wizard/wizard-moves.ts';
import { wizardScreen } from '../wizard/wizard-screen.ts';
import { openWizard, type WizardState } from '../wizard/wizard-state.ts';
import type { CommandName, ScreenName } from './command-table.ts';
import type { Place, ScreenKit, Screens } from './console-state.ts';
import type { Opening, Screen } from './screen.ts';

/** Every screen of the console: the one place that knows them all. */
export const SCREENS: Screens = {
  home: kit('home', homeScreen, openHome),
  wizard: {
    ...kit('wizard', wizardScreen, (_, known) => {
      const { remembered, environment, last } = known.wizard;
      return toStep(openWizard(remembered, environment, last), 1, known);
    }),
    wants: (place, known) => wizardWants(place as WizardState, known),
  },
  grid: kit('grid', gridScreen, openGrid),
  detail: kit('detail', detailScreen, openDetail),
  errors: kit('errors', errorsScreen, ({ sweepId }) => openErrors(sweepId)),
  artifacts: kit('artifacts', artifactsScreen, ({ sweepId }) => openArtifacts(sweepId)),
};

/** What each screen has, for bindings. */
export const COMMANDS_OF = Object.fromEntries(
  Object.entries(SCREENS).map(([name, { screen }]) => [name, screen.commands]),
) as Readonly<Record<ScreenName, readonly CommandName[]>>;

/** A screen is handed only states that it made, so that its own type may stand for `Place`. */
function kit<N extends ScreenName, S extends Place>(
  name: N,
  screen: Screen<S>,
  open: (opening: Extract<Opening, { screen: N }>, known: Known) => S,
): ScreenKit {
  return {
    screen: screen as unknown as Screen<Place>,
    open(opening, known) {
      if (opening.screen !== name) throw new Error(`${opening.screen} is not ${name}`);
      return open(opening as Extract<Opening, { screen: N }>, known);
    },
  };
}
