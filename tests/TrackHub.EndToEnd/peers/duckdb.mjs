// The part of DuckDB's command line that pages use: `duckdb -c SQL`, by DuckDB's own engine.
import { DuckDBInstance } from '@duckdb/node-api';

const [option, sql] = process.argv.slice(2);
if (option !== '-c' || sql === undefined) throw new Error('usage: duckdb -c SQL');
const database = await DuckDBInstance.create(':memory:');
const connection = await database.connect();
console.table((await connection.runAndReadAll(sql)).getRowObjectsJson());
