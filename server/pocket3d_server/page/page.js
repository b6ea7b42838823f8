/** The server's own page: a prompt in, a mesh to turn out. All that it asks of the server goes through the SDK. */

import { JobList } from './list.js';
import { installPictures, pictures } from './pictures.js';
import { Pocket3DConnectionError, Pocket3DClient } from './sdk.js';
import { View } from './view.js';
import { comesFrom, goesOn, healthOf, sentence, titleOf } from './words.js';

const $ = (id) => document.getElementById(id);
const STORED = 'pocket3d-key';
const MINUTE = 60_000;

const list = new JobList((job) => tried(() => view.show(job)));
const view = new View(list);
let client;
let lost = false; // whether the server did not answer
let asked = 0; // when the server's health was

/** Do something; what goes wrong is said, and a missing key is asked for. */
async function tried(work) {
  view.quiet();
  try {
    return await work();
  } catch (error) {
    if (error.statusCode === 401) return askForKey(Boolean(keptKey()));
    if (error instanceof Pocket3DConnectionError) isLost();
    view.say(sentence(error));
  }
}

// ---- key

/** The key from the address's fragment (which browsers keep to themselves), or the one that was kept. */
function givenKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (given) {
    history.replaceState(null, '', location.pathname);
    sessionStorage.setItem(STORED, given);
  }
  return keptKey();
}

function keptKey() {
  return sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED) ?? '';
}

function askForKey(refused = false) {
  $('key').value = '';
  $('key-refused').hidden = !refused;
  status(false, 'A key is needed');
  $('no-jobs').textContent = 'With a key you see your jobs here.';
  if (!$('key-dialog').open) $('key-dialog').showModal();
}

$('key-open').addEventListener('click', () => {
  $('key-refused').hidden = true;
  $('key-dialog').showModal();
});
$('key-form').addEventListener('submit', (event) => {
  if (event.submitter?.value !== 'use') return;
  const key = $('key').value.trim();
  sessionStorage.setItem(STORED, key);
  if ($('remember').checked) localStorage.setItem(STORED, key);
  else localStorage.removeItem(STORED);
  begin(key);
});

// ---- the server

function status(good, text) {
  const dot = document.createElement('span');
  dot.className = good ? 'dot good' : 'dot';
  $('health').replaceChildren(dot, text);
}

async function refreshHealth() {
  asked = Date.now();
  const health = await client.system.health();
  status(health.status === 'healthy', healthOf(health));
}

async function refreshModels() {
  const models = await client.models.list();
  const usable = models.filter((model) => model.feature === 'mesh_generation' && model.ready);
  const chosen = $('model').value;
  const options = usable.map((model) => new Option(model.modelId, model.modelId));
  $('model').replaceChildren(new Option('Automatic', ''), ...options);
  if (usable.some((model) => model.modelId === chosen)) $('model').value = chosen;
}

function isLost() {
  lost = true;
  status(false, 'The server does not answer; trying again …');
}

/** It answers again: follow what was followed. */
async function isBack() {
  lost = false;
  view.quiet();
  await Promise.all([refreshHealth(), refreshModels()]);
  if (view.job) await view.show(await client.jobs.get(view.job));
  else await showLatest();
}

list.addEventListener('lost', ({ detail }) => {
  if (detail instanceof Pocket3DConnectionError) isLost();
  else tried(() => Promise.reject(detail));
});
list.addEventListener('change', () => {
  if (lost) tried(isBack);
  else if (Date.now() - asked > MINUTE) refreshHealth().catch(() => undefined);
});

// ---- submitting

$('make').addEventListener('submit', (event) => {
  event.preventDefault();
  const prompt = $('prompt').value.trim();
  if (!prompt && !pictures.length) {
    view.say('Describe a thing, or add a picture of it.');
    return $('prompt').focus();
  }
  const options = { quality: $('quality').value };
  if ($('model').value) options.modelPreference = $('model').value;
  return submitted(() =>
    pictures.length
      ? client.mesh.generateFromImages({ ...options, images: pictures, ...(prompt ? { prompt } : {}) })
      : client.mesh.generateFromText({ ...options, prompt }),
  );
});
$('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('make').requestSubmit();
});
$('split').addEventListener('click', () => onShown((mesh) => client.segment.analyze({ mesh })));
$('rig').addEventListener('click', () => onShown((mesh) => client.rig.generate({ mesh })));
$('paint').addEventListener('submit', (event) => {
  event.preventDefault();
  const prompt = $('paint-prompt').value.trim();
  if (prompt) onShown((mesh) => client.texture.generate({ mesh, prompt }));
});

function submitted(submit) {
  return tried(async () => {
    view.sending();
    let job;
    try {
      job = await client.jobs.get(await submit());
    } catch (error) {
      view.notSent();
      throw error;
    }
    list.heard(job);
    list.watch();
    await view.show(job);
  });
}

/** Submit a job on the mesh in view; it is listed under that one's title. */
function onShown(submit) {
  const { job } = view;
  return submitted(async () => {
    const made = await submit(job);
    comesFrom(made.jobId, titleOf(job));
    return made;
  });
}

$('cancel').addEventListener('click', () => tried(() => client.jobs.cancel(view.job)));
$('delete').addEventListener('click', () => {
  const { job } = view;
  if (!confirm(`Delete “${titleOf(job)}” and its files from the server?`)) return;
  tried(async () => {
    await client.jobs.delete(job);
    view.use(client);
    await list.refresh();
  });
});
$('more').addEventListener('click', () => tried(() => list.older()));

// ---- beginning

function begin(key) {
  client = new Pocket3DClient({ apiKey: key, baseUrl: new URL('api/v1', location.href).href });
  view.use(client);
  list.use(client);
  $('no-jobs').textContent = 'Nothing yet.';
  return tried(async () => {
    try {
      await Promise.all([refreshHealth(), refreshModels(), list.refresh()]);
    } catch (error) {
      if (error instanceof Pocket3DConnectionError) list.watch();
      throw error;
    }
    list.watch();
    await showLatest();
  });
}

/** What goes on is followed after a reload too, else the latest result is shown. */
async function showLatest() {
  const latest = list.jobs.find((job) => goesOn(job) || job.status === 'completed');
  if (latest && !view.job) await view.show(latest);
}

if (matchMedia('(prefers-reduced-motion: reduce)').matches) $('viewer').removeAttribute('auto-rotate');
installPictures((text) => view.say(text));
begin(givenKey());
