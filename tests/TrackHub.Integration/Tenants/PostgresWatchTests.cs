using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

public sealed class PostgresWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_role_without_work_tells_that_PostgreSQL_died_hangs_and_is_back()
    {
        using var server = await PostgresServer.StartAsync(durable: true);
        await using var postgres = NpgsqlDataSource.Create(server.ConnectionString("postgres"));
        var readiness = new Readiness(TimeProvider.System);
        using var watch = new PostgresWatch(postgres, readiness, TimeProvider.System, NullLogger<PostgresWatch>.Instance);

        await watch.StartAsync(default);
        await Eventually.Holds(() => readiness.IsReady, Patience);

        await server.KillAsync();
        await Eventually.Holds(() => readiness.States["postgres"].Reason == "unreachable", Patience);
        await server.StartAgainAsync();
        await Eventually.Holds(() => readiness.IsReady, Patience);

        ProcessTree.Signal("STOP", server.ProcessId);
        await Eventually.Holds(() => Task.Run(() => readiness.States["postgres"].Reason.ShouldBe("timed_out")), Patience);
        ProcessTree.Signal("CONT", server.ProcessId);
        await Eventually.Holds(() => readiness.IsReady, Patience);
        await watch.StopAsync(default);
    }
}
