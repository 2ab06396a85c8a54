using Npgsql;

namespace TrackHub.Testing;

/// <summary>Looks for canary values in a database's rows: long values are compressed in its files.</summary>
public static class CanaryTables
{
    /// <summary>Looks into every row of every table outside of PostgreSQL's own schemas, as text; bytes are shown as hex there.</summary>
    /// <exception cref="NpgsqlException">The server does not answer.</exception>
    public static async Task<IReadOnlyList<CanaryFinding>> TablesAsync(this CanaryScan scan, string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var list = database.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1"))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }

        var findings = new List<CanaryFinding>();
        foreach (var table in tables)
        {
#pragma warning disable CA2100 // The name comes from the catalogue, quoted by format().
            await using var rows = database.CreateCommand($"select t::text from {table} t");
#pragma warning restore CA2100
            await using var reader = await rows.ExecuteReaderAsync();
            for (var row = 0; await reader.ReadAsync(); row++)
                findings.AddRange(scan.Text($"table {table} row {row}", reader.GetString(0)));
        }

        return findings;
    }
}
