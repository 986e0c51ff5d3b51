'use strict';

// Resizes as ICHDesk does, to the same bytes: Pillow's Lanczos filter, first along rows, then along
// columns, in fixed point (Pillow, Resample.c). Browsers each have a filter of their own.

const BITS = 22;
const LOBES = 3;

function lanczos(x) {
  if (x < -LOBES || x >= LOBES) return 0;
  return sinc(x) * sinc(x / LOBES);
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** For each new pixel: the first old one that counts, and the weights from there on. */
function filterOf(before, after) {
  const scale = before / after;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: after }, (_, place) => {
    const center = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(center - LOBES * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(center + LOBES * stretch + 0.5), before);
    const weights = [];
    for (let x = first; x < end; x += 1) weights.push(lanczos((x - center + 0.5) / stretch));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => fixed(w / sum)) };
  });
}

function fixed(weight) {
  return Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** BITS);
}

/**
 * Resize a square picture.
 * @param rgba - side * side pixels of four bytes; the fourth is not looked at.
 * @returns after * after pixels of three bytes.
 */
function resized(rgba, side, after) {
  if (side === after) return Uint8Array.from({ length: 3 * after * after }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]);
  const filter = filterOf(side, after);
  const narrow = new Uint8ClampedArray(3 * side * after);
  const small = new Uint8Array(3 * after * after);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < after; x += 1) {
      for (let k = 0; k < 3; k += 1) {
        narrow[3 * (y * after + x) + k] = weighed(rgba, 4 * (y * side + filter[x].first) + k, 4, filter[x].weights);
      }
    }
  }
  for (let y = 0; y < after; y += 1) {
    for (let x = 0; x < after; x += 1) {
      for (let k = 0; k < 3; k += 1) {
        small[3 * (y * after + x) + k] = weighed(narrow, 3 * (filter[y].first * after + x) + k, 3 * after, filter[y].weights);
      }
    }
  }
  return small;
}

function weighed(values, start, step, weights) {
  let sum = 2 ** (BITS - 1);
  for (let i = 0; i < weights.length; i += 1) sum += values[start + i * step] * weights[i];
  return Math.min(Math.max(Math.floor(sum / 2 ** BITS), 0), 255);
}
