// Hears what the bank has to say to one customer: notifications and new balances, as they happen.
//
//   TOKEN=<access token> node ws-client.js            (Node 22 or later has WebSocket, as browsers do)
//   NYORD=wss://bank.example TOKEN=… node ws-client.js
//
// In a browser the same lines work with `localStorage.getItem('access_token')`. A token in an address may end up in somebody's
// log; a program that lives long asks `POST /ws/ticket` for a ticket and opens `/ws?ticket=` instead.

const bank = process.env.NYORD ?? 'ws://localhost:8000';
const ws = new WebSocket(`${bank}/ws?token=${encodeURIComponent(process.env.TOKEN ?? '')}`);

ws.onopen = () => console.log('open');
ws.onmessage = ({ data }) => console.log('message', JSON.stringify(JSON.parse(data)));
// 4401: sign in again. 4429: wait. 1012 and 1013: connect again and reload, something may have been missed.
ws.onclose = ({ code, reason }) => console.log('closed', code, reason);
ws.onerror = ({ message }) => console.error('error', message ?? '');

process.once('SIGINT', () => ws.close());
process.once('SIGTERM', () => ws.close());
