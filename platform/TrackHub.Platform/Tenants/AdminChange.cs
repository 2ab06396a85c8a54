using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace TrackHub.Platform.Tenants;

/// <summary>One change by an operator: a transaction, the keys to seal with, and the audit row that goes with it.</summary>
internal sealed class AdminChange : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _actor;

    private AdminChange(NpgsqlConnection connection, NpgsqlTransaction transaction, EncryptionKeys keys, string actor)
    {
        _connection = connection;
        _transaction = transaction;
        _actor = actor;
        Keys = keys;
    }

    /// <summary>Seals and opens columns.</summary>
    public EncryptionKeys Keys { get; }

    /// <summary>Begins a change.</summary>
    public static async Task<AdminChange> BeginAsync(NpgsqlDataSource postgres, MasterKeys masters, string actor, CancellationToken cancelled)
    {
        var connection = await postgres.OpenConnectionAsync(cancelled);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancelled);
            return new(connection, transaction, await EncryptionKeys.LoadAsync(connection, masters, cancelled), actor);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a statement with parameters $1, $2 …; returns the rows it touched.</summary>
    /// <exception cref="AdminException">A rule of the table forbids it.</exception>
    public async Task<int> ExecuteAsync(string sql, CancellationToken cancelled, params object?[] values)
    {
        await using var command = Command(sql, values);
        try
        {
            return await command.ExecuteNonQueryAsync(cancelled);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new AdminException(
                $"There is one already in {fault.TableName} ({fault.ConstraintName}). Choose another value, or remove the other first.");
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new AdminException($"It still owns rows in {fault.TableName}. Remove those first.");
        }
    }

    /// <summary>Reads rows.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancelled, params object?[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancelled))
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>Owner of a brand.</summary>
    /// <exception cref="AdminException">There is no such brand.</exception>
    public async Task<string> TenantOfAsync(string brandId, CancellationToken cancelled)
    {
        var tenants = await QueryAsync("select tenant_id from brands where id = $1", static row => row.GetString(0), cancelled, brandId);
        return tenants.Count == 1 ? tenants[0] : throw Unknown("brand", brandId);
    }

    /// <summary>Notes who did what, and ends the transaction.</summary>
    /// <param name="action">Such as <c>brand.set</c>.</param>
    /// <param name="subject">Id of the row.</param>
    /// <param name="cancelled">Ends the call.</param>
    /// <param name="detail">Names and values; never a secret.</param>
    public async Task CommitAsync(string action, string subject, CancellationToken cancelled, params (string Name, string? Value)[] detail)
    {
        await NoteAsync(action, subject, cancelled, detail);
        await _transaction.CommitAsync(cancelled);
    }

    /// <summary>Ends the transaction; what was done is noted already.</summary>
    public Task CommitAsync(CancellationToken cancelled) => _transaction.CommitAsync(cancelled);

    /// <summary>Notes who did what.</summary>
    public async Task NoteAsync(string action, string subject, CancellationToken cancelled, params (string Name, string? Value)[] detail)
    {
        using var json = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in detail)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        const string Insert = "insert into audit_log (actor, action, subject, detail) values ($1, $2, $3, $4)";
        await using var command = Command(Insert, [_actor, action, subject]);
        command.Parameters.Add(new() { Value = System.Text.Encoding.UTF8.GetString(json.ToArray()), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancelled);
    }

    /// <summary>The fault of an id that names nothing.</summary>
    public static AdminException Unknown(string kind, string id) =>
        new($"There is no {kind} '{(id.Length <= 60 ? id : id[..60] + "…")}'. `trackhub {kind}s list` shows those there are.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return command;
    }
}
