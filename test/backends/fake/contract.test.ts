import { fakeBackend } from '../../../src/backends/fake/fake-backend.ts';
import { fakePlace } from '../../../src/backends/fake/fake-place.ts';
import { handClock } from '../../../src/backends/fake/hand-clock.ts';
import { RESOURCES, standInJob } from '../../fixtures/stand-in-jobs.ts';
import { backendContract } from '../contract.ts';
import { fakeAttempt } from './set-up.ts';

const ENDLESS = {
  waiting: [{ reason: 'Priority', forS: 1 }],
  startingS: 1,
  running: { forS: null },
};

backendContract('the fake', { wake: true, storage: true }, async () => {
  const clock = handClock();
  const place = fakePlace(
    {
      jobs: {
        'hangs-hmc-1': [ENDLESS],
        'finishes-when-asked-hmc-1': [{ ...ENDLESS, whenCancelled: 'finishes' }],
        'fails-hmc-1': [{ running: { forS: 3 }, end: { kind: 'failed', errorType: 'crash' } }],
      },
      faults: [
        {
          call: 'submit',
          does: 'refuse',
          only: ['is-refused-hmc-1'],
          times: null,
          failure: { stage: 'submit', errorType: 'permission', error: 'no', traceback: '' },
        },
      ],
    },
    clock,
  );
  const request = { jobs: [standInJob('ends-ok')], resources: RESOURCES };
  return {
    backend: fakeBackend(place),
    laterDispatcher: () => fakeBackend(place),
    attempt: (deed, attempt) => fakeAttempt(deed.replaceAll(' ', '-'), attempt),
    accepted: request,
    refused: { ...request, resources: { ...RESOURCES, gpuMode: 'vectorized' } },
    async pass() {
      clock.advance(0.5);
      await new Promise((resolve) => setImmediate(resolve));
    },
    timesStarted: async ({ job }) => place.attempts.started().get(job.jobId) ?? 0,
    async storeRun(runId) {
      const files = {
        'config.json': '{}',
        'metrics.json': '{}',
        'hmc.nc': Buffer.alloc(50_000, 7),
      };
      place.volume.store(runId, files, clock.now());
    },
    cleanUp: async () => {},
  };
});
