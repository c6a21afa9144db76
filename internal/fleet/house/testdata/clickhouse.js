// The HTTP interface of ClickHouse, as much of it as portero-fleet uses, in front of
// the engine that the npm package chdb carries. Prints its address.
const { Session } = require('chdb');
const http = require('http'), fs = require('fs'), os = require('os'), path = require('path');
const session = new Session(process.argv[2]);
const quote = (s) => "'" + s.replace(/\\/g, '\\\\').replace(/'/g, "\\'") + "'";
let files = 0;
const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (c) => parts.push(c));
  req.on('end', () => {
    const q = new URL(req.url, 'http://x').searchParams;
    const body = Buffer.concat(parts);
    let file;
    try {
      if (process.env.CLICKHOUSE_USER && (req.headers['x-clickhouse-user'] !== process.env.CLICKHOUSE_USER || req.headers['x-clickhouse-key'] !== process.env.CLICKHOUSE_KEY)) {
        res.statusCode = 403;
        return res.end('Code: 516. Authentication failed');
      }
      if (q.get('database') !== 'default' && !/CREATE DATABASE/.test(body)) session.query('USE `' + q.get('database') + '`');
      for (const [k, v] of q) if (k.startsWith('param_')) session.query('SET ' + k + '=' + quote(v));
      let sql = body.toString();
      if (q.get('query')) {
        file = path.join(os.tmpdir(), 'portero-insert-' + process.pid + '-' + files++);
        fs.writeFileSync(file, body);
        sql = q.get('query').replace(/ FORMAT RowBinary$/, " FROM INFILE " + quote(file) + " FORMAT RowBinary");
      }
      res.end(session.query(sql));
    } catch (e) {
      res.statusCode = 500;
      res.end(String(e && e.message || e));
    } finally {
      if (file) fs.rmSync(file, { force: true });
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.stdin.on('close', () => process.exit(0)).resume();
