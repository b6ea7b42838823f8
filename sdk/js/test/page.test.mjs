/** The server's page in a real browser: POCKET3D_BASE_URL, POCKET3D_API_KEY, and the browser in CHROMIUM. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Pocket3DClient } from '@pocket3d/sdk';
import { chromium } from 'playwright-core';

const address = process.env.POCKET3D_BASE_URL;
const key = process.env.POCKET3D_API_KEY;
let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
});
after(() => browser.close());

/** A page of a visitor who was never here; it is gone after the test. Small and still: no GPU draws it. */
async function visit(t) {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 }, reducedMotion: 'reduce' });
  t.after(() => context.close());
  return context.newPage();
}

test('a prompt becomes a mesh that can be turned, split and downloaded', { timeout: 120_000 }, async (t) => {
  const page = await visit(t);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) wrong.push(message.text());
  });

  // Without a key it asks for one, and a wrong one is not taken.
  await page.goto(address);
  await page.getByRole('dialog').waitFor();
  await page.fill('#key', 'p3d_wrong');
  assert.ok(await page.isHidden('#key-refused'));
  await page.click('text=Use it');
  await page.waitForSelector('#key-refused:not([hidden])');
  await page.fill('#key', key);
  await page.click('text=Use it');
  await page.waitForFunction(() => document.querySelector('#health').textContent.includes('version'));

  await page.click('text=Generate');
  assert.match(await page.textContent('#said'), /Describe a thing/);
  await page.fill('#prompt', 'a red ball');
  await page.selectOption('#model', 'builtin_text');
  await page.click('text=Generate');
  // The latest result may be in view already: it is another's.
  await page.waitForSelector('#result:not([hidden]) #title:text-is("a red ball")', { timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector('#viewer').loaded, null, { timeout: 60_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  assert.equal(download.suggestedFilename(), 'a-red-ball.glb');
  // What is drawn is a red ball: the middle of the viewer is red, its corner is not.
  const colours = await page.evaluate(async () => {
    const viewer = document.querySelector('#viewer');
    const image = await createImageBitmap(await viewer.toBlob({ mimeType: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const at = (x, y) => [...context.getImageData(x * image.width, y * image.height, 1, 1).data];
    return { middle: at(0.5, 0.5), corner: at(0.02, 0.02) };
  });
  assert.ok(colours.middle[0] > 1.4 * colours.middle[2] && colours.middle[3] === 255, JSON.stringify(colours));
  assert.ok(colours.corner[3] < 128, JSON.stringify(colours));

  await page.click('#split');
  await page.waitForFunction(() => document.querySelectorAll('#jobs li').length >= 2);
  await page.waitForFunction(() => document.querySelector('#facts').textContent.includes('parts:'), null, { timeout: 60_000 });
  assert.equal(await page.textContent('#title'), 'a red ball');
  await page.waitForFunction(() => document.querySelector('#preview').naturalWidth > 0);

  // The key does not stay in the address, and is there after a reload.
  await page.goto(`${address}/#key=${key}`);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('#jobs li').length >= 2);
  assert.ok(!page.url().includes('key='));
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  assert.deepEqual(wrong, []);
});

test('running jobs are followed and cancelled after a reload, and when the server was away', { timeout: 120_000 }, async (t) => {
  const client = new Pocket3DClient();
  const slow = (prompt) =>
    client.mesh.generateFromText({ prompt, modelPreference: 'test_steps', parameters: { steps: 600, seconds: 0.1 } });
  const jobs = [await slow('an older cube'), await slow('a newer cube')];
  const [older, newer] = jobs.map(({ jobId }) => `#${jobId}`);
  t.after(async () => {
    for (const job of jobs) await client.jobs.cancel(job);
  });
  const page = await visit(t);
  const grows = async (selector) => {
    await page.waitForSelector(`${selector}:visible`);
    const before = await page.$eval(selector, (bar) => bar.value);
    await page.waitForFunction(([at, value]) => document.querySelector(at).value > value, [selector, before]);
  };
  await page.goto(`${address}/#key=${key}`);
  await page.waitForSelector('#progress:not([hidden])');
  await page.reload();

  await grows('#bar');
  assert.equal(await page.textContent('#doing'), 'a newer cube');
  await grows(`${older} progress`);
  // With keys only; the list is drawn again and again, and the focus stays.
  await page.focus(`${older} button`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#doing:text-is("an older cube")');
  await grows(`${newer} progress`);
  assert.ok(await page.$eval(`${older} button`, (button) => button === document.activeElement));
  await page.click('#cancel');
  await page.waitForSelector('#said:text-is("This job was cancelled.")');
  await page.waitForSelector(`${older} small:text-is("Mesh · cancelled")`);

  await page.click(`${newer} button`);
  await page.context().setOffline(true);
  await page.waitForSelector('#health:has-text("does not answer")', { timeout: 30_000 });
  await page.context().setOffline(false);
  await page.waitForSelector('#health:has-text("version")');
  await grows('#bar');
});

test('nothing is said in the words of programs', async (t) => {
  const page = await visit(t);
  await page.goto(address);
  const said = await page.evaluate(async () => {
    const { Pocket3DAPIError, Pocket3DConnectionError } = await import('./page/sdk.js');
    const { sentence } = await import('./page/words.js');
    const told = (errorCode, message, suggestion) => sentence(new Pocket3DAPIError(message, { errorCode, details: { suggestion } }));
    return [
      told('GONE', 'outputs/mesh_1.glb was deleted on 2026-01-01, 30 days after it was made.', 'Submit the job again.'),
      told('NOT_FOUND', "There is no job 'job_1'.", 'GET /jobs lists your jobs.'),
      told('QUEUE_FULL', '1000 jobs are queued; 1000 is the limit of an account.', 'POST /jobs/{job_id}/cancel.'),
      told('FORBIDDEN', 'it lacks the scope jobs_write.', "'pocket3d-server keys create NAME --scopes jobs_write'"),
      told('INVALID_INPUT', 'x', 'Send images, or leave text_prompt out.'),
      sentence(new Pocket3DConnectionError('http://127.0.0.1:1/api/v1 answered with HTTP 502')),
      sentence({ errorCode: 'PROCESSING_FAILED', message: 'the prompt names nothing', details: { suggestion: 'Name an object.' } }),
    ];
  });
  for (const text of said) assert.doesNotMatch(text, /GET|POST|HTTP|_|\{/, text);
  assert.equal(said.at(-1), 'The prompt names nothing. Name an object.');
  assert.match(said[2], /cancel it/);
});

test('the SDK works in a browser: events, uploads with progress, errors', { timeout: 60_000 }, async (t) => {
  const page = await visit(t);
  await page.goto(address);
  const seen = await page.evaluate(async (apiKey) => {
    const { Pocket3DClient } = await import('./page/sdk.js');
    const client = new Pocket3DClient({ apiKey, baseUrl: location.origin });
    const events = [];
    client.on('progress', ({ progress }) => events.push(progress));
    const job = await client.mesh.generateFromText({ prompt: 'a cube', modelPreference: 'test_steps', parameters: { seconds: 0.15 } });
    const result = await client.waitForCompletion(job.jobId);
    const blob = await client.download(job);
    const told = [];
    const [path] = await client.mesh.upload([new File([blob], 'cube.glb')], { onProgress: (...now) => told.push(now) });
    const refused = await client.mesh.generateFromText({ prompt: ' ' }).catch((error) => error.errorCode);
    return { events, faces: result.faces, size: blob.size === result.fileSize, told, path, refused };
  }, key);
  assert.ok(seen.events.length > 0 && seen.size);
  assert.equal(seen.faces, 12);
  assert.ok(seen.told.length > 0 && seen.told.at(-1)[0] === seen.told.at(-1)[1]);
  assert.match(seen.path, /^uploads\//);
  assert.equal(seen.refused, 'INVALID_INPUT');
});
