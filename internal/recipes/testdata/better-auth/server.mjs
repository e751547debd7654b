// better-auth's server with its memory adapter and the plugin as docs/callers.md has it. It prints
// its address.
import {createServer} from 'node:http';
import {betterAuth} from 'better-auth';
import {memoryAdapter} from 'better-auth/adapters/memory';
import {toNodeHandler} from 'better-auth/node';
import {sms} from './plugin.mjs';

let handler;
const server = createServer((request, response) => handler(request, response));
server.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const database = memoryAdapter({user: [], session: [], account: [], verification: []});
  const secret = 'a secret of a test, which nobody is to guess 4711';
  const auth = betterAuth({
    baseURL, database, secret, plugins: [sms], telemetry: {enabled: false}, logger: {level: 'error'},
  });
  handler = toNodeHandler(auth);
  console.log(baseURL);
});
