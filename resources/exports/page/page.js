'use strict';

const SIDE = 224;
const LARGEST_SIDE = 4096; // what is larger is first made smaller by the browser, to save memory
const ENGINE = 'tfjs-backend-wasm'; // comes in three kinds, of which one is here

const model = JSON.parse(textOf('model'));
const { card } = model;
let network = null;
let working = Promise.resolve();

function byId(id) {
  return document.getElementById(id);
}

function textOf(id) {
  return byId(id).textContent.trim();
}

/** A new element; text is text, whatever is in it. */
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function start() {
  const url = (type, id) => `data:${type};base64,${textOf(id)}`;
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  tf.wasm.setWasmPaths({
    [`${ENGINE}-simd.wasm`]: url('application/wasm', 'engine'),
    [`${ENGINE}.wasm`]: 'data:,',
    [`${ENGINE}-threaded-simd.wasm`]: 'data:,',
  });
  // both compute with 32 bits; graphics processors often do not
  if (!(await tf.setBackend('wasm'))) await tf.setBackend('cpu');
  const weightData = await (await fetch(url('application/octet-stream', 'weights'))).arrayBuffer();
  const parts = { modelTopology: model.topology, weightSpecs: model.weights, weightData };
  network = await tf.loadLayersModel(tf.io.fromMemory(parts));
  await classified(new Uint8Array(3 * SIDE * SIDE)); // the first one takes longer
  for (const id of ['weights', 'engine']) byId(id).remove();
}

/** Probabilities of a picture of SIDE x SIDE RGB pixels. */
async function classified(pixels) {
  const said = tf.tidy(() =>
    network.predict(tf.tensor(pixels, [1, SIDE, SIDE, 3], 'float32').div(127).sub(1)));
  const values = await said.data();
  said.dispose();
  return values;
}

/** The central square of a file as the network sees it, upright, on black. */
async function pixelsOf(file) {
  const options = { colorSpaceConversion: 'none', imageOrientation: 'from-image' };
  const picture = await createImageBitmap(file, options);
  const square = Math.min(picture.width, picture.height);
  const side = Math.min(square, LARGEST_SIDE);
  const context = surface(side).getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.fillRect(0, 0, side, side);
  const left = Math.floor((picture.width - square) / 2);
  const top = Math.floor((picture.height - square) / 2);
  context.drawImage(picture, left, top, square, square, 0, 0, side, side);
  picture.close();
  return resized(context.getImageData(0, 0, side, side).data, side, SIDE);
}

function surface(side) {
  return element('canvas', { width: side, height: side });
}

function shown(pixels) {
  const canvas = surface(SIDE);
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    for (let k = 0; k < 3; k += 1) image.data[4 * i + k] = pixels[3 * i + k];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}

/** Percent without decimals that claims neither 0 nor 100 where it is not so. */
function percent(probability) {
  if (probability > 0 && probability < 0.01) return '<1 %';
  if (probability > 0.99 && probability < 1) return '>99 %';
  return `${Math.round(100 * probability)} %`;
}

function bar(label, probability, place) {
  const fill = element('span', { className: 'fill' });
  fill.style.width = `${100 * probability}%`;
  const track = element('span', { className: 'track' }, [fill]);
  const value = element('data', { value: String(probability), textContent: percent(probability) });
  const row = element('li', { className: `class-${place % 6}` });
  row.append(element('span', { className: 'label', textContent: label }), track, value);
  return row;
}

function fillIn(answer, pixels, values) {
  const best = values.indexOf(Math.max(...values));
  const top = element('p', { className: `top class-${best % 6}`, textContent: card.labels[best] });
  const bars = element('ul', { className: 'bars' });
  card.labels.forEach((label, place) => bars.append(bar(label, values[place], place)));
  answer.prepend(shown(pixels));
  answer.append(top, bars);
  answer.dataset.top = best;
}

async function answerTo(file, answer) {
  try {
    const pixels = await pixelsOf(file);
    const begin = performance.now();
    const values = [...(await classified(pixels))];
    answer.dataset.ms = performance.now() - begin;
    fillIn(answer, pixels, values);
  } catch (error) {
    console.error(error);
    const text = 'This is no picture that a browser can show. Choose JPEG or PNG files; ICHDesk itself reads DICOM.';
    answer.append(element('p', { className: 'error', textContent: text }));
  }
  answer.dataset.done = '';
  count();
}

/** Put files in front of what is there, and answer one after the other. */
function add(files) {
  if (!files.length || !network) return;
  const answers = Array.from(files, (file) => {
    const name = element('h3', { textContent: file.name || 'Pasted picture', title: file.name });
    return [file, element('article', { className: 'card answer' }, [name])];
  });
  byId('answers').prepend(...answers.map(([, answer]) => answer));
  byId('results').hidden = false;
  for (const [file, answer] of answers) {
    working = working.then(() => answer.isConnected && answerTo(file, answer)).then(tf.nextFrame);
  }
  count();
}

function count() {
  const answers = [...document.querySelectorAll('.answer')];
  const done = answers.filter((answer) => 'done' in answer.dataset);
  const of = (place) => done.filter((answer) => answer.dataset.top === String(place)).length;
  const counts = card.labels.map((label, place) => `${label} ${of(place)}`);
  const pictures = `${answers.length} picture${answers.length === 1 ? '' : 's'}`;
  const unread = done.filter((answer) => !('top' in answer.dataset)).length;
  const waiting = done.length < answers.length ? [`${answers.length - done.length} to come`] : [];
  const parts = [...counts, ...(unread ? [`not read ${unread}`] : []), ...waiting];
  byId('count').textContent = `${pictures}: ${parts.join(', ')}`;
}

function clear() {
  byId('answers').replaceChildren();
  byId('results').hidden = true;
  byId('choose').focus();
}

function describe() {
  const [whole, ...each] = card.test;
  byId('test').textContent = whole ?? 'How well it does is not known.';
  byId('each').hidden = !each.length;
  card.labels.forEach((label, place) => {
    const item = element('li', { className: `class-${place % 6}`, textContent: each[place] ?? label });
    byId('classes').append(item);
  });
  for (const [term, text] of Object.entries(model.facts)) {
    byId('facts').append(element('dt', { textContent: term }), element('dd', { textContent: text }));
  }
}

function listen() {
  byId('choose').addEventListener('click', () => byId('files').click());
  byId('files').addEventListener('change', ({ target }) => {
    add(target.files);
    target.value = ''; // so that the same file can be chosen again
  });
  byId('clear').addEventListener('click', clear);
  document.addEventListener('paste', (event) => add(event.clipboardData.files));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    byId('drop').classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) byId('drop').classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    byId('drop').classList.remove('over');
    add(event.dataTransfer.files);
  });
}

function tell(state, text) {
  document.documentElement.dataset.state = state;
  byId('state').textContent = text;
}

async function main() {
  describe();
  listen();
  try {
    await start();
  } catch (error) {
    console.error(error);
    tell('failed', 'The model does not run in this browser; open the page in a newer one.');
    return;
  }
  byId('choose').disabled = false;
  tell('ready', 'Drop pictures of head CT here.');
}

main();
