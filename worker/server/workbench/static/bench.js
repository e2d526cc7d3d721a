// Without this file everything works: it reads dropped files, and makes one text show at a time.
"use strict";

const claim = document.getElementById("claim");
const example = document.getElementById("example");

function take(file) {
  file.text().then((text) => {
    claim.value = text;
    if (example) example.value = "";
    claim.focus();
  });
}

if (claim) {
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      claim.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => claim.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    claim.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
}

// An example is scrubbed when it is chosen, and takes the place of what was pasted.
if (example && claim) {
  example.addEventListener("change", () => {
    if (example.value) example.form.querySelector('button[value="scrub"]').click();
  });
  claim.addEventListener("input", () => { example.value = ""; });
}

for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const all = tabs.querySelectorAll("details");
  for (const each of all) {
    each.addEventListener("toggle", () => {
      if (each.open) for (const other of all) if (other !== each) other.open = false;
    });
  }
}
