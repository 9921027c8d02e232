// Publishes a transfer event to the bank's exchange, as a program beside the bank may.
//
//   RABBITMQ_URL=amqp://… node publish-transfer.js '{"src_account":101,"dest_account":202,"amount":150.0,"idempotency_key":"abc-123"}'
//
// This asks for nothing: money moves only for transfers that were accepted by `POST /transactions/initiate`. A message that
// repeats one of those (same key, accounts and amount) is acknowledged; any other waits among the dead letters for the staff.

import amqplib from 'amqplib';

const EXCHANGE = 'banking.events';
const ROUTING_KEY = process.env.ROUTING_KEY ?? 'transaction.initiated'; // any of the event's names will do

async function publishTransfer(channel, event) {
  const payload = Buffer.from(JSON.stringify(event));
  const options = { persistent: true, contentType: 'application/json' };
  // Without the broker's confirmation nobody knows whether it has the message.
  await new Promise((resolve, reject) => {
    channel.publish(EXCHANGE, ROUTING_KEY, payload, options, (error) => (error ? reject(error) : resolve()));
  });
}

const data = JSON.parse(process.argv[2] ?? '{}');
const connection = await amqplib.connect(process.env.RABBITMQ_URL);
try {
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await publishTransfer(channel, { type: ROUTING_KEY, data });
  console.log('published', ROUTING_KEY);
} finally {
  await connection.close();
}
