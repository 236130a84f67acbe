// Draws media/icon.png: a terminal's prompt whose line runs into a knot's loop and comes out free. No library: the
// shapes are distances, the edges are smoothed by how far a pixel's centre is from them.
import { deflateSync, crc32 } from "node:zlib";
import { writeFileSync } from "node:fs";

const size = 128;
const background = [31, 58, 77];
const prompt = [244, 247, 249];
const free = [96, 211, 148];

/** Distance from a point to the line from a to b. */
function segment(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** Distance to a square with round corners, negative inside. */
function plate(x, y) {
  const [half, radius] = [60, 24];
  const [dx, dy] = [Math.abs(x - 64) - half + radius, Math.abs(y - 64) - half + radius];
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

const cover = (distance) => Math.max(0, Math.min(1, 0.5 - distance));
const rows = [];
for (let row = 0; row < size; row += 1) {
  const line = Buffer.alloc(1 + size * 4);
  for (let column = 0; column < size; column += 1) {
    const [x, y] = [column + 0.5, row + 0.5];
    const chevron = Math.min(segment(x, y, [28, 40], [48, 60]), segment(x, y, [48, 60], [28, 80])) - 5;
    const loop = Math.abs(Math.hypot(x - 80, y - 62) - 17) - 4.5;
    const tail = segment(x, y, [80, 79], [106, 92]) - 4.5;
    const way = Math.min(loop, tail, segment(x, y, [56, 92], [80, 79]) - 4.5);
    let colour = background;
    for (const [distance, shade] of [[chevron, prompt], [way, free]]) {
      const share = cover(distance);
      colour = colour.map((value, index) => value + (shade[index] - value) * share);
    }
    line.set([...colour.map(Math.round), Math.round(255 * cover(plate(x, y)))], 1 + column * 4);
  }
  rows.push(line);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(size, 0);
header.writeUInt32BE(size, 4);
header.set([8, 6, 0, 0, 0], 8);
const png = Buffer.concat([
  Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
  chunk("IHDR", header),
  chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 9 })),
  chunk("IEND", Buffer.alloc(0)),
]);
writeFileSync(new URL("../media/icon.png", import.meta.url), png);
console.log(`media/icon.png: ${png.length} bytes`);
