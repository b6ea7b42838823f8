/** The server's own page: a prompt in, a mesh to turn out. All that it asks of the server goes through the SDK. */

import { Pocket3DAPIError, Pocket3DClient } from './sdk.js';

const $ = (id) => document.getElementById(id);
const STORED = 'pocket3d-key';
const FEATURES = {
  mesh_generation: 'Mesh',
  texture_generation: 'Texture',
  mesh_segmentation: 'Parts',
  auto_rigging: 'Rig',
};
const PREVIEWED = ['mesh_segmentation', 'auto_rigging']; // what they found is seen in their preview only
const OFTEN = 20_000;

let client = clientWith(givenKey());
let shown; // the job whose result or progress is in view
let address; // of the shown file, until another is shown
let pictures = [];
let nextCursor = null;
const origins = JSON.parse(sessionStorage.getItem('pocket3d-origins') ?? '{}'); // of jobs on a mesh: its title

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

function clientWith(apiKey) {
  return new Pocket3DClient({ apiKey, baseUrl: new URL('api/v1', location.href).href });
}

/** Do something; what goes wrong is said, and a missing key is asked for. */
async function tried(work) {
  $('trouble').hidden = true;
  try {
    return await work();
  } catch (error) {
    if (error instanceof Pocket3DAPIError && error.statusCode === 401) return askForKey(Boolean(keptKey()));
    const advice = error.suggestion ? ` ${error.suggestion}` : '';
    say(`${error.message.replace(/[.]?$/, '.')}${advice}`);
  }
}

function say(text) {
  $('trouble').textContent = text;
  $('trouble').hidden = false;
  $('trouble').scrollIntoView({ block: 'nearest' });
}

// ---- key

function askForKey(refused = false) {
  $('key').value = '';
  $('key-refused').hidden = !refused;
  if (!$('key-dialog').open) $('key-dialog').showModal();
}

$('key-open').addEventListener('click', () => askForKey());
$('key-form').addEventListener('submit', (event) => {
  if (event.submitter?.value !== 'use') return;
  const key = $('key').value.trim();
  sessionStorage.setItem(STORED, key);
  if ($('remember').checked) localStorage.setItem(STORED, key);
  else localStorage.removeItem(STORED);
  client = clientWith(key);
  begin();
});

// ---- the server

async function refreshHealth() {
  try {
    const health = await client.system.health();
    const gpu = health.gpuStatus[0]?.name ?? 'no GPU';
    const waiting = health.queueSize ? `, ${health.queueSize} waiting` : '';
    status(health.status === 'healthy', `${health.status} · ${gpu}${waiting} · version ${health.version}`);
  } catch (error) {
    status(false, error.statusCode === 401 ? 'A key is needed' : error.message);
  }
}

function status(good, text) {
  const dot = document.createElement('span');
  dot.className = good ? 'dot good' : 'dot';
  $('health').replaceChildren(dot, text);
}

async function refreshModels() {
  const models = await client.models.list();
  const usable = models.filter((model) => model.feature === 'mesh_generation' && model.ready);
  const options = usable.map((model) => new Option(model.modelId, model.modelId));
  $('model').replaceChildren(new Option('Automatic', ''), ...options);
}

// ---- pictures

function addPictures(files) {
  pictures = [...pictures, ...[...files].filter((file) => file.type.startsWith('image/'))].slice(0, 10);
  drawPictures();
}

function drawPictures() {
  $('chosen').hidden = pictures.length === 0;
  $('chosen').replaceChildren(
    ...pictures.map((file) => {
      const image = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: file.name });
      image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
      const button = Object.assign(document.createElement('button'), { type: 'button', title: `Remove ${file.name}` });
      button.append(image);
      button.addEventListener('click', () => {
        pictures = pictures.filter((other) => other !== file);
        drawPictures();
      });
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

$('images').addEventListener('change', (event) => {
  addPictures(event.target.files);
  event.target.value = '';
});
for (const name of ['dragenter', 'dragover']) {
  $('drop').addEventListener(name, (event) => {
    event.preventDefault();
    $('drop').classList.add('over');
  });
}
for (const name of ['dragleave', 'drop']) $('drop').addEventListener(name, () => $('drop').classList.remove('over'));
$('drop').addEventListener('drop', (event) => {
  event.preventDefault();
  addPictures(event.dataTransfer.files);
});

// ---- submitting and following

$('make').addEventListener('submit', (event) => {
  event.preventDefault();
  const prompt = $('prompt').value.trim();
  if (!prompt && !pictures.length) return say('Describe a thing, or add a picture of it.');
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
$('cancel').addEventListener('click', () => tried(() => client.jobs.cancel(shown)));
$('more').addEventListener('click', () => tried(() => drawJobs(nextCursor)));

function submitted(submit) {
  return tried(async () => {
    const before = shown;
    progress(0, 'sending');
    try {
      const job = await submit();
      await show(await client.jobs.get(job));
    } finally {
      if (shown === before) $('progress').hidden = true;
    }
  });
}

/** Submit a job on the mesh in view; it is listed under that one's title. */
function onShown(submit) {
  const [mesh, title] = [shown, titleOf(shown)];
  return submitted(async () => {
    const job = await submit(mesh);
    origins[job.jobId] = title;
    sessionStorage.setItem('pocket3d-origins', JSON.stringify(origins));
    return job;
  });
}

/** Bring a job into view: its result, or its progress until it has one. */
function show(job) {
  return tried(async () => {
    shown = job;
    for (const id of ['welcome', 'result', 'progress', 'preview']) $(id).hidden = true;
    $('viewer').classList.add('other');
    await drawJobs();
    if (job.status === 'error') return say(`${job.error.message} ${job.error.details.suggestion ?? ''}`);
    if (job.status !== 'completed') {
      progress(job.progress, job.stage || 'queued');
      try {
        await client.waitForCompletion(job, {
          onEvent: (event) => {
            if (event.event !== 'progress_update') return;
            Object.assign(job, { status: 'processing', progress: event.progress });
            const words = $(job.jobId)?.querySelector('small');
            if (words) words.textContent = subtitleOf(job);
            if (shown === job) progress(event.progress, event.stage);
          },
        });
      } catch (error) {
        if (shown === job) throw error;
      } finally {
        if (shown === job) $('progress').hidden = true;
        await drawJobs();
      }
    }
    if (shown === job) await draw(await client.jobs.get(job));
  });
}

function progress(fraction, stage) {
  if ($('progress').hidden) {
    $('progress').hidden = false;
    $('showing').scrollIntoView({ block: 'nearest' });
  }
  $('bar').value = fraction;
  $('stage').textContent = stage.replaceAll('_', ' ');
  $('percent').textContent = `${Math.round(100 * fraction)} %`;
}

async function draw(job) {
  $('progress').hidden = true;
  const { result } = job;
  const file = await client.files.download(result.filePath);
  if (shown.jobId !== job.jobId) return;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  shown = job;
  $('viewer').src = result.format === 'glb' ? address : '';
  $('viewer').classList.remove('other');
  $('preview').hidden = !(PREVIEWED.includes(job.feature) && result.previewUrl);
  if (!$('preview').hidden) $('preview').src = here(result.previewUrl);
  $('title').textContent = titleOf(job);
  $('facts').textContent = factsOf(job);
  $('notes').replaceChildren(...result.notes.map((note) => Object.assign(document.createElement('li'), { textContent: note })));
  $('download').href = address;
  $('download').download = `${slug(titleOf(job))}.${result.format === 'obj' ? 'zip' : result.format}`;
  $('result').hidden = false;
}

function titleOf(job) {
  if (job.request.text_prompt) return job.request.text_prompt;
  return job.feature === 'mesh_generation' ? 'From a picture' : (origins[job.jobId] ?? FEATURES[job.feature]);
}

/** What stands below a job's title: what it makes, and how far it is or when it ended. */
function subtitleOf(job) {
  return titleOf(job) === FEATURES[job.feature] ? wordsOf(job) : `${FEATURES[job.feature]} · ${wordsOf(job)}`;
}

/** The server's links may bear another name of it than the page was opened by. */
function here(link) {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

function factsOf(job) {
  const { result } = job;
  const counted = (number, word) => `${number.toLocaleString('en')} ${word}`;
  const facts = [counted(result.faces, 'triangles'), `${(result.fileSize / 1e6).toFixed(1)} MB`];
  if (result.totalParts) facts.push(`${result.totalParts} parts: ${result.parts.map((part) => part.label).join(', ')}`);
  if (result.boneCount) facts.push(counted(result.boneCount, 'bones'));
  return [...facts, job.modelId, `seed ${result.seed}`].join(' · ');
}

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60) || 'pocket3d';

// ---- the list

let listed = [];

async function drawJobs(cursor) {
  const page = await client.jobs.list({ limit: 20, ...(cursor ? { cursor } : {}) });
  listed = cursor ? [...listed, ...page.jobs] : page.jobs;
  nextCursor = page.nextCursor;
  $('more').hidden = !nextCursor;
  $('no-jobs').hidden = listed.length > 0;
  $('jobs').replaceChildren(...listed.map(row));
}

function row(job) {
  const picture = job.result?.previewUrl
    ? Object.assign(new Image(), { src: here(job.result.previewUrl), alt: '' })
    : Object.assign(document.createElement('span'), { className: 'blank' });
  const title = Object.assign(document.createElement('b'), { textContent: titleOf(job) });
  const small = document.createElement('small');
  small.textContent = subtitleOf(job);
  small.classList.toggle('trouble-text', job.status === 'error' && job.error.errorCode !== 'CANCELLED');
  const text = document.createElement('span');
  text.append(title, small);
  const button = Object.assign(document.createElement('button'), { type: 'button' });
  button.setAttribute('aria-current', String(shown?.jobId === job.jobId));
  button.append(picture, text);
  button.addEventListener('click', () => show(job));
  const item = Object.assign(document.createElement('li'), { id: job.jobId });
  item.append(button);
  return item;
}

function wordsOf(job) {
  if (job.status === 'completed') {
    const at = new Date(job.completedAt);
    const today = at.toDateString() === new Date().toDateString();
    return at.toLocaleString([], { timeStyle: 'short', ...(today ? {} : { dateStyle: 'medium' }) });
  }
  if (job.status === 'error') return job.error.errorCode === 'CANCELLED' ? 'cancelled' : 'failed';
  if (job.status === 'processing') return `${Math.round(100 * job.progress)} %`;
  return job.queuePosition ? `waiting, place ${job.queuePosition}` : 'waiting';
}

// ---- beginning

async function begin() {
  await refreshHealth();
  await tried(async () => {
    await Promise.all([refreshModels(), drawJobs()]);
    const last = listed.find((job) => job.status === 'completed');
    if (last && !shown) await show(last);
  });
}

setInterval(refreshHealth, OFTEN);
begin();
