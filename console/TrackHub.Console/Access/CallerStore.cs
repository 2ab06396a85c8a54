using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Sessions;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Access;

/// <summary>Users, sessions and keys as PostgreSQL's functions tell of them: each answers about the one thing it is asked about. Thread-safe.</summary>
internal sealed class CallerStore(ConsoleConnections connections, IOptions<SessionOptions> options)
{
    private readonly SessionOptions _options = options.Value;

    /// <summary>Who has that session, within its limits; null: nobody.</summary>
    public async Task<Caller?> OfSessionAsync(string token, CancellationToken cancelled)
    {
        await using var command = Command("select tenant_id, user_id, login, role, created_at from session_caller($1, $2, $3)", HashOf(token), _options.IdleTimeout, _options.AbsoluteTimeout);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await reader.ReadAsync(cancelled)
            ? new(reader.GetString(0), "user:" + reader.GetString(1), AccessRoles.Parse(reader.GetString(3)))
            {
                Session = new(reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(4), new(token)),
            }
            : null;
    }

    /// <summary>Who has that key; null: nobody.</summary>
    public async Task<Caller?> OfKeyAsync(string key, CancellationToken cancelled)
    {
        await using var command = Command("select tenant_id, key_id, role from api_key_caller($1)", HashOf(key));
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await reader.ReadAsync(cancelled)
            ? new(reader.GetString(0), "key:" + reader.GetString(1), AccessRoles.Parse(reader.GetString(2)))
            : null;
    }

    /// <summary>Whom a login names and what to check the password against; null: nobody who may come in.</summary>
    /// <param name="login">In lower case.</param>
    /// <param name="cancelled">Gives up.</param>
    public async Task<(string UserId, PasswordHash Password)?> FindLoginAsync(string login, CancellationToken cancelled)
    {
        await using var command = Command("select user_id, salt, iterations, password_hash from find_login($1)", login);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        return await reader.ReadAsync(cancelled)
            ? (reader.GetString(0), new(reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3)))
            : null;
    }

    /// <summary>Keeps another hash of the password that was checked, unless it was changed meanwhile.</summary>
    public async Task RenewPasswordAsync(string userId, PasswordHash was, PasswordHash now, CancellationToken cancelled)
    {
        await using var command = Command("select renew_password($1, $2, $3, $4, $5)", userId, was.Hash, now.Salt, now.Iterations, now.Hash);
        await command.ExecuteNonQueryAsync(cancelled);
    }

    /// <summary>Begins a session of a user whose password was right.</summary>
    /// <returns>What its cookie holds, 256 random bits; null if they may no longer come in.</returns>
    public async Task<Secret<string>?> OpenSessionAsync(string userId, CancellationToken cancelled)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using var command = Command("select open_session($1, $2, $3, $4)", HashOf(token), userId, _options.IdleTimeout, _options.AbsoluteTimeout);
        return await command.ExecuteScalarAsync(cancelled) is true ? new(token) : null;
    }

    /// <summary>Ends a session, if it is there.</summary>
    public async Task CloseSessionAsync(string token, CancellationToken cancelled)
    {
        await using var command = Command("select close_session($1)", HashOf(token));
        await command.ExecuteNonQueryAsync(cancelled);
    }

    /// <summary>Removes expired sessions.</summary>
    /// <returns>How many.</returns>
    public async Task<long> PurgeAsync(CancellationToken cancelled)
    {
        await using var command = Command("select purge_sessions($1, $2)", _options.IdleTimeout, _options.AbsoluteTimeout);
        return (long)(await command.ExecuteScalarAsync(cancelled))!;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = connections.Source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static byte[] HashOf(string presented) => SHA256.HashData(Encoding.UTF8.GetBytes(presented));
}
