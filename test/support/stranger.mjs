// Another user who tries to connect: node stranger.mjs <endpoint> <user name> <password> <attempts>. Prints how many got an answer.
import { Dealer } from 'zeromq';

const [endpoint, plainUsername, plainPassword, attempts] = process.argv.slice(2);
let answered = 0;
for (let i = 0; i < Number(attempts); i++) {
  const socket = new Dealer({
    linger: 0,
    ...(plainUsername && { plainUsername, plainPassword }),
    sendTimeout: 50,
    receiveTimeout: 50,
  });
  try {
    socket.connect(endpoint);
    await socket.send(Buffer.from('84a17601a2696401a66d6574686f64a470696e67a6706172616d7380', 'hex'));
    await socket.receive();
    answered++;
  } catch {
    // as it should be
  }
  socket.close();
}
console.log(answered);
process.exit(0);
