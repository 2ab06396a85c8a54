using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>Where PostgreSQL is. Bound from section <c>Postgres</c>.</summary>
public sealed class PostgresOptions
{
    // A setting of the session's start outranks those of server, database and role, and is what DISCARD ALL goes back to when a pooled connection is
    // handed on: no writer can forget it. https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-SHELL
    private const string SynchronousCommit = "-c synchronous_commit=on";

    /// <summary>Npgsql connection string of the roles: a login that is <c>trackhub_writer</c> or a member of it. Required.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The same for the console: a login that is <c>trackhub_console</c> or a member of it. Default: <see cref="ConnectionString"/>, whose login then has to be
    /// a member of it as well, for every transaction of the console takes that role.
    /// </summary>
    public string ConsoleConnectionString { get; set; } = "";

    /// <summary>
    /// The same as the owner of the tables, for migrations and for the commands that change configuration. Default: <see cref="ConnectionString"/>, which
    /// then is the owner's.
    /// </summary>
    public string OwnerConnectionString { get; set; } = "";

    /// <summary>
    /// The roles' connection string with <c>synchronous_commit=on</c>, whatever the server says: a claim, an order, a day secret or a row that was
    /// acknowledged must survive the server's crash.
    /// </summary>
    public string Durable => MakeDurable(ConnectionString);

    /// <summary>As <see cref="Durable"/>, for the owner.</summary>
    public string DurableOwner => MakeDurable(OwnerConnectionString);

    /// <summary>As <see cref="Durable"/>, for the console.</summary>
    public string DurableConsole => MakeDurable(ConsoleConnectionString.Length > 0 ? ConsoleConnectionString : ConnectionString);

    private static string MakeDurable(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Options = $"{builder.Options} {SynchronousCommit}".TrimStart();
        return builder.ConnectionString;
    }
}
