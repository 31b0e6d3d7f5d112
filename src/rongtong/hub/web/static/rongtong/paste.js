// Text from a spreadsheet → rows of cells. A quoted cell may hold tabs and line breaks; "" inside it is one quote.
export function cells(text) {
  const rows = [[]];
  let cell = "", quoted = false;
  const end = () => { rows.at(-1).push(cell.trim()); cell = ""; };
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < source.length; i += 1) {
    const sign = source[i];
    if (quoted && sign === '"' && source[i + 1] === '"') { cell += '"'; i += 1; }
    else if (sign === '"' && (quoted || cell === "")) quoted = !quoted;
    else if (!quoted && sign === "\t") end();
    else if (!quoted && sign === "\n") { end(); rows.push([]); }
    else cell += sign;
  }
  end();
  return rows;
}

// 1,234.5 → 1234.5; full-width digits as Chinese input methods make them → ASCII
export function clean(text) {
  return text.normalize("NFKC").replace(/(?<=\d)[,\s](?=\d{3})/g, "").trim();
}
