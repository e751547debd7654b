// Runs queries of CLS on a log. Standard input: {"log": FILE, "fields": {NAME: TYPE},
// "queries": [TEXT]}. Standard output: a list of what each came to, {"rows": […]} or
// {"error": TEXT}.
//
// A query is a condition, a bar, and SQL. DuckDB runs it: the condition becomes WHERE, the SQL gets
// the FROM that CLS does without, and three functions that DuckDB lacks are defined. Before that a
// parser of Trino's language, which CLS's follows, reads the SQL.
import { register } from "node:module";
import { DuckDBInstance } from "@duckdb/node-api";

register("./resolve.mjs", import.meta.url);
const { TrinoSQL } = await import("dt-sql-parser");

const macros = `
  create macro from_unixtime(seconds, zone) as
    make_timestamp(cast(floor(seconds) as bigint) * 1000000)
      + case when zone = 'Asia/Shanghai' then interval 8 hour end;
  create macro from_iso8601_timestamp(text) as cast(text as timestamptz);
  create macro approx_percentile(value, share) as approx_quantile(value, share);
`;

// condition makes an expression of SQL of a search condition.
function condition(text) {
  return text.trim()
    .replace(/^\*$/, "true")
    .replace(/(\w+):\*/g, '"$1" is not null')
    .replace(/(\w+):"([^"]*)"/g, `"$1" = '$2'`)
    .replace(/(\w+):(\d+)/g, '"$1" = $2');
}

// withFrom puts FROM into each SELECT that has none.
function withFrom(sql, from) {
  const words = sql.split(
    /(\(|\)|(?<!")\b(?:select|from|where|group by|having|order by|limit)\b(?!"))/i);
  const open = [{}];
  const end = (at, i) => {
    if (at.select && !at.from) words[i] = ` ${from} ${words[i]}`;
    at.from = true;
  };
  words.forEach((word, i) => {
    const at = open[open.length - 1];
    switch (word.toLowerCase()) {
    case "(": open.push({}); break;
    case ")": end(at, i); open.pop(); break;
    case "select": at.select = true; break;
    case "from": at.from = true; break;
    case "where": case "group by": case "having": case "order by": case "limit": end(at, i);
    }
  });
  words.push("");
  end(open[0], words.length - 1);
  return words.join("");
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
const asked = JSON.parse(text);
const db = await (await DuckDBInstance.create()).connect();
const columns = Object.entries(asked.fields).map(([name, type]) => `"${name}": '${type}'`);
await db.run("set TimeZone = 'UTC'");
await db.run(`create table lines as
  select *, epoch_ms(cast("time" as timestamp)) as __TIMESTAMP__
  from read_json('${asked.log}', format = 'newline_delimited', columns = {${columns}})`);
await db.run(macros);
const results = [];
for (const query of asked.queries) {
  const bar = query.indexOf("|");
  const sql = query.slice(bar + 1).trim();
  const from = `from (select * from lines where ${condition(query.slice(0, bar))})`;
  const mistakes = new TrinoSQL().validate(withFrom(sql, "from log") + ";");
  if (mistakes.length > 0) {
    results.push({ error: "Trino: " + mistakes[0].message });
    continue;
  }
  try {
    const rows = (await db.runAndReadAll(withFrom(sql, from))).getRowObjectsJson();
    results.push({ rows });
  } catch (e) {
    results.push({ error: String(e) });
  }
}
console.log(JSON.stringify(results));
