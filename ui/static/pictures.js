// A customer's picture as a JPEG of at most 1280 pixels a side, made in the browser: quick to
// send, and without what a camera writes beside the pixels.

const LONGEST_SIDE = 1280;

export async function shrink(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, data: canvas.toDataURL("image/jpeg", 0.85) };
}

// The picture among what was pasted, dropped or chosen.
export function pictureIn(files) {
  return [...(files ?? [])].find((file) => file.type.startsWith("image/"));
}
