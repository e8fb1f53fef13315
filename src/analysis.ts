import { parentPort, workerData } from 'node:worker_threads';
import { serveAnalysis } from './report/run-figures/analysis-thread.ts';

if (parentPort === null) throw new Error('analysis.js is the program of a thread');
await serveAnalysis(workerData, parentPort);
