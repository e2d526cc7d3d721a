// Without this file everything works: it reads dropped files, and makes one text show at a time.
"use strict";

const claim = document.getElementById("claim");

function take(file) {
  file.text().then((text) => {
    claim.value = text;
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

for (const tabs of document.querySelectorAll("[data-tabs]")) {
  const all = tabs.querySelectorAll("details");
  for (const each of all) {
    each.addEventListener("toggle", () => {
      if (each.open) for (const other of all) if (other !== each) other.open = false;
    });
  }
}
