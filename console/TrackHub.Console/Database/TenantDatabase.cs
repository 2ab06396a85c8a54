using Npgsql;
using TrackHub.ConsoleApi.Access;

namespace TrackHub.ConsoleApi.Database;

/// <summary>
/// The tables as one tenant may see them. Every query runs in a transaction that has taken the role <c>trackhub_console</c> and named the caller's tenant,
/// so that row-level security shows that tenant's rows and no others, whatever the query says. Thread-safe.
/// </summary>
/// <remarks>The tenant is the caller's, from session or key; nothing of a request's text reaches it.</remarks>
internal sealed class TenantDatabase(ConsoleConnections connections)
{
    // A page waits no longer than that for a table, and a table is held up no longer by a page.
    private const string Enter =
        "select set_config('role', 'trackhub_console', true), set_config('app.tenant', $1, true), set_config('statement_timeout', '10s', true)";

    /// <summary>Works in the caller's tenant, in one transaction that ends with the work.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="work">Queries over the connection that it is given; it belongs to them until they are done.</param>
    /// <param name="cancelled">Gives up.</param>
    public async Task<T> RunAsync<T>(Caller caller, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancelled)
    {
        await using var connection = await connections.Source.OpenConnectionAsync(cancelled);
        await using var transaction = await connection.BeginTransactionAsync(cancelled);
        await using (var enter = new NpgsqlCommand(Enter, connection, transaction))
        {
            enter.Parameters.Add(new() { Value = caller.TenantId });
            await enter.ExecuteNonQueryAsync(cancelled);
        }

        var done = await work(connection);
        await transaction.CommitAsync(cancelled);
        return done;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Caller caller, Func<NpgsqlConnection, Task> work, CancellationToken cancelled) => RunAsync(
        caller,
        async connection =>
        {
            await work(connection);
            return true;
        },
        cancelled);
}
