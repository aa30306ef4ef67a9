// Comfort only: every page can be used without.
const parse = (text) => new DOMParser().parseFromString(text, 'text/html');

// A file goes into the text beside it.
for (const input of document.querySelectorAll('input[type=file][data-into]')) {
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (file) document.getElementById(input.dataset.into).value = await file.text();
  });
}
