// A PostgreSQL with its vector extension, in memory, on a Unix socket: PGlite.
// usage: node pglite.mjs FOLDER; prints "ready" once it listens. One client's
// transaction at a time goes through, so that several connections can be open.
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create({ extensions: { vector } });
const server = new PGLiteSocketServer({ db, path: `${process.argv[2]}/.s.PGSQL.5432`, maxConnections: 16 });
await server.start();
process.on('SIGTERM', async () => {
  await server.stop();
  await db.close();
  process.exit(0);
});
console.log('ready');
