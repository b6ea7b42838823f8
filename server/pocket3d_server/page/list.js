/** The jobs of the account, newest first. Rows change in place, so that pictures stay and the focus does; while a job
 * goes on, the server is asked again every few seconds, otherwise now and then, as jobs come from Blender too. */

import { Pocket3DConnectionError } from './sdk.js';
import { goesOn, subtitleOf, titleOf, wasCancelled } from './words.js';

const $ = (id) => document.getElementById(id);
const PAGE = 20;
const MOST = 200; // jobs that one answer has
const SOON = 2_000;
const LATER = 20_000;

export class JobList extends EventTarget {
  #client;
  #jobs = [];
  #cursor = null;
  #current;
  #timer;
  #open;
  #lost = false; // whether the server did not answer

  /** `open` is called with the job whose row was pressed. */
  constructor(open) {
    super();
    this.#open = open;
    document.addEventListener('visibilitychange', () => document.hidden || this.#ask());
  }

  /** Show another account's jobs. */
  use(client) {
    this.#client = client;
    this.#jobs = [];
    this.#draw();
  }

  get jobs() {
    return this.#jobs;
  }

  /** Ask for the newest, and whatever else is in view. */
  async refresh() {
    const client = this.#client;
    const limit = Math.min(MOST, Math.max(PAGE, this.#jobs.length));
    const page = await client.jobs.list({ limit });
    if (client !== this.#client) return;
    const older = page.nextCursor ? this.#jobs.slice(MOST) : [];
    this.#jobs = [...page.jobs, ...older];
    if (!older.length) this.#cursor = page.nextCursor;
    this.#draw();
    this.dispatchEvent(new Event('change'));
  }

  /** The next page. */
  async older() {
    const page = await this.#client.jobs.list({ limit: PAGE, cursor: this.#cursor });
    const known = new Set(this.#jobs.map((job) => job.jobId));
    this.#jobs.push(...page.jobs.filter((job) => !known.has(job.jobId)));
    this.#cursor = page.nextCursor;
    this.#draw();
  }

  /** What was heard of a job before the next answer. */
  heard(job) {
    const place = this.#jobs.findIndex((other) => other.jobId === job.jobId);
    if (place >= 0) this.#jobs[place] = job;
    else this.#jobs.unshift(job);
    this.#draw();
  }

  /** Mark the job in view. */
  mark(jobId) {
    this.#current = jobId;
    this.#draw();
  }

  /** Begin to ask again and again; the event `lost` tells of a server that does not
   * answer or a key that it does not take any more, `change` of an answer. */
  watch() {
    clearTimeout(this.#timer);
    const least = 240_000 / (this.#client.rateLimit?.limit ?? 100); // a quarter of the account's requests at most
    const pause = this.#lost || this.#jobs.some(goesOn) ? SOON : LATER;
    this.#timer = setTimeout(() => this.#ask(), Math.max(pause, least));
  }

  async #ask() {
    if (document.hidden || !this.#client) return;
    try {
      await this.refresh();
      this.#lost = false;
    } catch (error) {
      this.#lost = error instanceof Pocket3DConnectionError;
      if (this.#lost || error.statusCode === 401) this.dispatchEvent(new CustomEvent('lost', { detail: error }));
      if (error.statusCode === 401) return;
    }
    this.watch();
  }

  #draw() {
    const [list, rows] = [$('jobs'), this.#jobs.map((job) => this.#row(job))];
    rows.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    while (list.children.length > rows.length) list.lastChild.remove();
    $('more').hidden = !this.#cursor || !rows.length;
    $('no-jobs').hidden = rows.length > 0;
  }

  #row(job) {
    const row = $(job.jobId) ?? this.#newRow(job.jobId);
    const text = (selector, words) => {
      const element = row.querySelector(selector);
      if (element.textContent !== words) element.textContent = words;
    };
    text('b', titleOf(job));
    text('small', subtitleOf(job));
    row.querySelector('small').classList.toggle('trouble-text', job.status === 'error' && !wasCancelled(job));
    row.querySelector('button').setAttribute('aria-current', String(this.#current === job.jobId));
    const bar = row.querySelector('progress');
    bar.hidden = job.status !== 'processing';
    bar.value = job.progress;
    const image = row.querySelector('img');
    // Each answer has another link to the same picture.
    if (job.result?.previewUrl && !image.hasAttribute('src')) image.src = here(job.result.previewUrl);
    return row;
  }

  #newRow(jobId) {
    const row = $('row').content.firstElementChild.cloneNode(true);
    row.id = jobId;
    const image = row.querySelector('img');
    image.addEventListener('load', () => (image.hidden = false));
    image.addEventListener('error', () => (image.hidden = true)); // the file's time was over
    const open = () => this.#open(this.#jobs.find((job) => job.jobId === jobId));
    row.querySelector('button').addEventListener('click', open);
    return row;
  }
}

/** The server's links may bear another name of it than the page was opened by. */
export function here(link) {
  const { pathname, search } = new URL(link);
  return pathname + search;
}
