// Does with Logto's connector what the function does: load, send one message. Then as many more as
// the argument says, and at last a line of JSON: their wall time in ms, each, and their CPU time in
// ms, all together.
import tls from 'node:tls';
import createConnector from '@logto/connector-tencent-sms';

// The connector's host is fixed: connections to it go to PEER_ADDRESS instead. Certificates are
// checked against the host's name all the same.
const [host, port] = process.env.PEER_ADDRESS.split(':');
const connect = tls.connect;
tls.connect = (options, ...rest) => {
  const redirected = options.host === 'sms.tencentcloudapi.com';
  return connect(redirected ? { ...options, host, port } : options, ...rest);
};

const config = JSON.parse(process.env.PEER_CONFIG);
const connector = await createConnector({ getConfig: async () => config });
const message = { to: '8613800138000', type: 'SignIn', payload: { code: '482913' } };
const send = () => connector.sendMessage(message);

await send();
const wall = [];
const before = process.cpuUsage();
for (let i = 0; i < Number(process.argv[1]); i++) {
  const began = performance.now();
  await send();
  wall.push(performance.now() - began);
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
process.stdin.resume(); // wait to be measured
