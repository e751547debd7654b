// Loaded before Logto's connector, whose host is fixed: connections to it go to PEER_ADDRESS instead. Certificates are
// checked against the host's name all the same.
const tls = require('node:tls');
const [host, port] = process.env.PEER_ADDRESS.split(':');
const connect = tls.connect;
tls.connect = (options, ...rest) =>
  connect(options.host === 'sms.tencentcloudapi.com' ? { ...options, host, port: Number(port) } : options, ...rest);
