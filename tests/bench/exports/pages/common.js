// What every page does with its model: `load` gives { consumer, predict(canvas) }.

const SIDE = 224;

window.answerWith = (load) => {
  window.run = async (job) => {
    const { consumer, predict } = await load(job);
    const found = { consumer, pixels: [], jpeg: [] };
    const times = [];
    for (const canvas of await fromPixels(job)) {
      const start = performance.now();
      found.pixels.push([...(await predict(canvas))]);
      times.push(performance.now() - start);
    }
    for (const url of job.jpegs) found.jpeg.push([...(await predict(await fromFile(url)))]);
    found.latency_ms = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    return found;
  };
};

function blank() {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  return [canvas, canvas.getContext('2d')];
}

async function fromPixels(job) {
  const bytes = new Uint8Array(await (await fetch(job.pixels)).arrayBuffer());
  const size = SIDE * SIDE;
  return Array.from({ length: bytes.length / (3 * size) }, (_, number) => {
    const [canvas, context] = blank();
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < size; i += 1) {
      for (let k = 0; k < 3; k += 1) image.data[4 * i + k] = bytes[3 * (number * size + i) + k];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  });
}

async function fromFile(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const [canvas, context] = blank();
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return canvas;
}
