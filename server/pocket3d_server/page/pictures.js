/** The pictures that were dropped or chosen. */

const $ = (id) => document.getElementById(id);
const MOST = 10;
const KINDS = ['image/png', 'image/jpeg', 'image/webp'];

export let pictures = [];

/** `say` is told what is not taken. */
export function installPictures(say) {
  const add = (files) => {
    const taken = [...files].filter((file) => KINDS.includes(file.type));
    if (taken.length < files.length) say('Pictures are PNG, JPEG or WebP files; others were left out.');
    if (pictures.length + taken.length > MOST) say(`At most ${MOST} pictures are taken at once.`);
    pictures = [...pictures, ...taken].slice(0, MOST);
    draw();
  };
  $('images').addEventListener('change', (event) => {
    add([...event.target.files]);
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
    add([...event.dataTransfer.files]);
  });
}

function draw() {
  $('chosen').hidden = pictures.length === 0;
  $('chosen').replaceChildren(...pictures.map(thumbnail));
}

function thumbnail(file) {
  const image = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: `Remove ${file.name}` });
  image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
  const button = Object.assign(document.createElement('button'), { type: 'button', title: `Remove ${file.name}` });
  button.append(image);
  button.addEventListener('click', () => {
    pictures = pictures.filter((other) => other !== file);
    draw();
    $('images').focus();
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}
