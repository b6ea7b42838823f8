/** What the page says of jobs, and of what went wrong: to people who make things, not to programmers. */

import { Pocket3DConnectionError } from './sdk.js';

const FEATURES = {
  mesh_generation: 'Mesh',
  texture_generation: 'Texture',
  mesh_segmentation: 'Parts',
  auto_rigging: 'Rig',
};

/** What to do, by the error's code, where the server's own advice is for programs. */
const ADVICE = {
  CONFLICT: 'Open it in the list to see how it is now.',
  FORBIDDEN: 'Ask whoever runs the server for a key that may.',
  GONE: 'Generate it again, and download what you want to keep.',
  INSUFFICIENT_CREDITS: 'Choose a lower quality, or ask whoever runs the server for more.',
  INTERNAL_ERROR: 'Try again. If it stays, tell whoever runs the server.',
  MODEL_UNAVAILABLE: 'Choose another model, or ask whoever runs the server to install one.',
  QUEUE_FULL: 'Wait until some are done, or open one in the list and cancel it.',
  RATE_LIMITED: 'Wait a moment and try again.',
  STORAGE_FULL: 'Open results that you do not need any more in the list and delete them, or ask whoever runs the server.',
  STORAGE_UNAVAILABLE: 'Try again in a moment. If it stays, tell whoever runs the server.',
};
const INSTEAD = {
  FORBIDDEN: 'Your key may not do this.',
  GONE: 'The server keeps results for a while only, and this one is deleted.',
  NOT_FOUND: 'This is not on the server any more. It was deleted.',
};
const FOR_PROGRAMS = /\b(GET|POST|PATCH|DELETE) \/|[a-z]_[a-z]|[{}]/;

const origins = JSON.parse(sessionStorage.getItem('pocket3d-origins') ?? '{}');

/** List a job on a mesh under that mesh's title. */
export function comesFrom(jobId, title) {
  origins[jobId] = title;
  sessionStorage.setItem('pocket3d-origins', JSON.stringify(origins));
}

export function titleOf(job) {
  if (job.request.text_prompt) return job.request.text_prompt;
  return job.feature === 'mesh_generation' ? 'From a picture' : (origins[job.jobId] ?? FEATURES[job.feature]);
}

/** What stands below a job's title: what it makes, and how far it is or when it ended. */
export function subtitleOf(job) {
  const words = wordsOf(job);
  return titleOf(job) === FEATURES[job.feature] ? words : `${FEATURES[job.feature]} · ${words}`;
}

function wordsOf(job) {
  if (job.status === 'completed') {
    const at = new Date(job.completedAt);
    const today = at.toDateString() === new Date().toDateString();
    return at.toLocaleString([], { timeStyle: 'short', ...(today ? {} : { dateStyle: 'medium' }) });
  }
  if (job.status === 'error') return wasCancelled(job) ? 'cancelled' : 'failed';
  if (job.status === 'processing') return percent(job.progress);
  return job.queuePosition ? `waiting, place ${job.queuePosition}` : 'waiting';
}

export const percent = (fraction) => `${Math.round(100 * fraction)} %`;

export const goesOn = (job) => job.status === 'queued' || job.status === 'processing';
export const wasCancelled = (job) => job.error?.errorCode === 'CANCELLED';

/** What a job does now. */
export function stageOf(job) {
  if (job.status === 'processing') return capital(job.stage.replaceAll('_', ' ') || 'starting');
  if (job.queuePosition > 1) return `Waiting: ${job.queuePosition - 1} before it`;
  return 'Waiting for its turn';
}

/** How long it still takes, if that is known; the clocks of server and browser may differ. */
export function leftOf(job) {
  const seconds = job.eta ? (Date.parse(job.eta) - Date.now()) / 1000 : 0;
  if (seconds < 5 || seconds > 86_400) return '';
  return seconds < 90 ? `about ${5 * Math.round(seconds / 5)} s left` : `about ${Math.round(seconds / 60)} min left`;
}

export function factsOf(job) {
  const { result } = job;
  const counted = (number, word) => `${number.toLocaleString('en')} ${word}`;
  const facts = [counted(result.faces, 'triangles'), `${(result.fileSize / 1e6).toFixed(1)} MB`];
  if (result.totalParts) facts.push(`${result.totalParts} parts: ${result.parts.map((part) => part.label).join(', ')}`);
  if (result.boneCount) facts.push(counted(result.boneCount, 'bones'));
  return [...facts, job.modelId, `seed ${result.seed}`].join(' · ');
}

export const fileNameOf = (job) => {
  const words = titleOf(job).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60);
  return `${words || 'pocket3d'}.${job.result.format === 'obj' ? 'zip' : job.result.format}`;
};

/** One or two sentences on the server's state. */
export function healthOf(health) {
  const waiting = health.queueSize ? ` · ${health.queueSize} waiting` : '';
  if (health.status === 'draining') return 'The server is about to stop and takes no new jobs';
  if (health.status !== 'healthy') return `Works, but: ${health.reasons[0]?.message ?? 'something is wrong'}`;
  return `Ready · ${health.gpuStatus[0]?.name ?? 'no GPU'}${waiting} · version ${health.version}`;
}

/** What went wrong and what to do; `error` is one of the client's, or that of a failed job. */
export function sentence(error) {
  if (error instanceof Pocket3DConnectionError) {
    return 'The server does not answer. Your jobs are kept; this page goes on by itself when it is back.';
  }
  const code = error.errorCode;
  const message = INSTEAD[code] ?? capital(error.message.replace(/[.]?$/, '.'));
  const theirs = error.suggestion ?? error.details?.suggestion ?? '';
  return `${message} ${ADVICE[code] ?? (FOR_PROGRAMS.test(theirs) ? '' : theirs)}`.trim();
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
