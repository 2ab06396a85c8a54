using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>Where PostgreSQL is. Bound from section <c>Postgres</c>.</summary>
public sealed class PostgresOptions
{
    // A setting of the session's start outranks those of server, database and role, and is what DISCARD ALL goes back to when a pooled connection is
    // handed on: no writer can forget it. https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-SHELL
    private const string SynchronousCommit = "-c synchronous_commit=on";

    /// <summary>Npgsql connection string. Required.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The connection string with <c>synchronous_commit=on</c>, whatever the server says: a claim, an order, a day secret or a row that was acknowledged
    /// must survive the server's crash.
    /// </summary>
    public string Durable
    {
        get
        {
            var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
            builder.Options = $"{builder.Options} {SynchronousCommit}".TrimStart();
            return builder.ConnectionString;
        }
    }
}
