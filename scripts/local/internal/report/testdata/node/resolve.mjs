// Lets Node find modules that are imported as bundlers do it, without .js or /index.js.
export async function resolve(specifier, context, next) {
  for (const ending of ["", ".js", "/index.js"]) {
    try {
      return await next(specifier + ending, context);
    } catch (e) {
      if (ending === "/index.js") throw e;
    }
  }
}
