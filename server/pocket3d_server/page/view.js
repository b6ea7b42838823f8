/** The job in view: its progress until it has a result, its result then, or what went wrong. */

import { JobFailedError, Pocket3DConnectionError } from './sdk.js';
import { here } from './list.js';
import { factsOf, fileNameOf, goesOn, leftOf, percent, sentence, stageOf, titleOf, wasCancelled } from './words.js';

const $ = (id) => document.getElementById(id);
const PREVIEWED = ['mesh_segmentation', 'auto_rigging']; // what they found is seen in their preview only
const PARTS = ['welcome', 'result', 'progress', 'preview', 'said'];

export class View {
  job;
  #client;
  #list;
  #following = new AbortController();
  #address; // of the shown file, until another is shown

  constructor(list) {
    this.#list = list;
    list.addEventListener('change', () => {
      const now = list.jobs.find((job) => job.jobId === this.job?.jobId);
      if (now && goesOn(now) && goesOn(this.job)) this.#progressed(now);
    });
  }

  /** Begin anew, for another account. */
  use(client) {
    this.#following.abort();
    this.#client = client;
    this.job = undefined;
    this.#only('welcome');
    $('viewer').removeAttribute('src');
    this.#list.mark(undefined);
  }

  /** Say something to the person; `trouble` is read out at once. */
  say(text, trouble = true) {
    $('said').textContent = text;
    $('said').classList.toggle('trouble', trouble);
    $('said').hidden = false;
    $('said').scrollIntoView({ block: 'nearest' });
  }

  quiet() {
    $('said').hidden = true;
  }

  /** That something is on its way to the server. */
  sending() {
    $('doing').textContent = '';
    this.#stage({ words: 'Sending', fraction: null });
  }

  /** That it did not arrive. */
  notSent() {
    if (!this.job || !goesOn(this.job)) this.#hideProgress();
  }

  /** Bring a job into view, and stay with it until it has ended. Rejects where the server does not answer. */
  async show(job) {
    this.#following.abort(); // a stream for each job would soon be all that a browser opens to one server
    this.#following = new AbortController();
    const { signal } = this.#following;
    this.job = job;
    this.#only();
    $('viewer').classList.add('other');
    $('doing').textContent = titleOf(job);
    this.#list.mark(job.jobId);
    try {
      const ended = goesOn(job) ? await this.#followed(job, signal) : job;
      if (ended.status === 'completed') await this.#draw(await this.#client.jobs.get(ended), signal);
      else this.#failed(ended);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Pocket3DConnectionError)) this.#hideProgress();
      throw error;
    }
  }

  async #followed(job, signal) {
    this.#progressed(job);
    const onEvent = ({ event, progress, stage, eta }) => {
      if (signal.aborted) return;
      if (event === 'job_started') this.#heard({ ...this.job, status: 'processing', queuePosition: null, eta: null });
      if (event === 'job_queued') this.#heard({ ...this.job, status: 'queued', progress: 0 });
      if (event === 'progress_update') this.#heard({ ...this.job, status: 'processing', progress, stage, eta });
    };
    try {
      await this.#client.waitForCompletion(job, { signal, onEvent });
    } catch (error) {
      if (!(error instanceof JobFailedError)) throw error;
    }
    const ended = await this.#client.jobs.get(job);
    signal.throwIfAborted();
    this.#list.heard(ended);
    this.job = ended;
    return ended;
  }

  #heard(job) {
    this.#list.heard(job);
    this.#progressed(job);
  }

  #progressed(job) {
    this.job = job;
    const running = job.status === 'processing';
    const left = running ? leftOf(job) : '';
    this.#stage({ words: stageOf(job), left, fraction: running ? job.progress : null, cancel: true });
  }

  #failed(job) {
    this.#hideProgress();
    $('viewer').removeAttribute('src');
    if (wasCancelled(job)) this.say('This job was cancelled.', false);
    else this.say(sentence(job.error));
  }

  async #draw(job, signal) {
    const { result } = job;
    const onProgress = (done) => this.#stage({ words: 'Fetching the result', fraction: done / result.fileSize });
    const file = await this.#client.files.download(result.filePath, { signal, onProgress });
    signal.throwIfAborted();
    this.job = job;
    this.#only('result');
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = URL.createObjectURL(file);
    if (result.format === 'glb') $('viewer').src = this.#address;
    else $('viewer').removeAttribute('src');
    $('viewer').alt = `The result of: ${titleOf(job)}`;
    $('viewer').classList.remove('other');
    $('preview').hidden = !(PREVIEWED.includes(job.feature) && result.previewUrl);
    if (!$('preview').hidden) $('preview').src = here(result.previewUrl);
    $('title').textContent = titleOf(job);
    $('facts').textContent = factsOf(job);
    $('notes').replaceChildren(...result.notes.map((note) => Object.assign(document.createElement('li'), { textContent: note })));
    $('download').href = this.#address;
    $('download').download = fileNameOf(job);
  }

  /** `fraction` null: nobody knows how far. */
  #stage({ words, left = '', fraction, cancel = false }) {
    if ($('progress').hidden) {
      $('progress').hidden = false;
      $('showing').scrollIntoView({ block: 'nearest' });
    }
    $('cancel').hidden = !cancel;
    if (fraction === null) $('bar').removeAttribute('value');
    else $('bar').value = fraction;
    if ($('stage').textContent !== words) $('stage').textContent = words;
    $('left').textContent = left;
    $('percent').textContent = fraction === null ? '' : percent(fraction);
    document.title = fraction === null ? `${words} · Pocket3D` : `${percent(fraction)} · Pocket3D`;
  }

  #hideProgress() {
    $('progress').hidden = true;
    document.title = 'Pocket3D';
  }

  #only(...shown) {
    for (const id of PARTS) $(id).hidden = !shown.includes(id);
    if (!shown.includes('progress')) document.title = 'Pocket3D';
  }
}
