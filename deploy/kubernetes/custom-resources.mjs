// Compares custom resources with the schemas of their operators: JSON array on stdin, one line a flaw on stderr.
import * as keda from "@kubernetes-models/keda/keda.sh/v1alpha1";
import * as monitoring from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { readFileSync } from "node:fs";

const models = {
  "keda.sh/v1alpha1": keda,
  "monitoring.coreos.com/v1": monitoring,
};

for (const document of JSON.parse(readFileSync(0, "utf8"))) {
  const Model = models[document.apiVersion]?.[document.kind];
  const name = `${document.kind}/${document.metadata?.name}`;
  try {
    if (Model === undefined) throw new Error("no schema for it");
    new Model(document).validate();
    console.log(`${name}: as its schema says`);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
