using Npgsql;

namespace TrackHub.ConsoleApi.Database;

/// <summary>The console's connections to PostgreSQL.</summary>
/// <param name="source">Connects as a login that is <c>trackhub_console</c> or a member of it.</param>
internal sealed class ConsoleConnections(NpgsqlDataSource source) : IAsyncDisposable
{
    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; } = source;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
