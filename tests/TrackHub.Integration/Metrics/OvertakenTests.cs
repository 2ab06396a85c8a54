using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Integration.Tenants;
using TrackHub.Metrics;
using TrackHub.Metrics.Facts;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Integration.Metrics;

/// <summary>A batch whose facts somebody else changes whenever they are about to be written.</summary>
public sealed class OvertakenTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_batch_that_is_overtaken_every_time_ends_with_an_error_and_nothing_of_it_is_written()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var database = await TenantDatabase.MigratedAsync();
        await database.ExecuteAsync("insert into tenants (id, name, window_key_sealed) values ('t', 't', '')");
        await database.ExecuteAsync("insert into brands (id, tenant_id, name, index_key_sealed) values ('loja00000001', 't', 'loja', '')");
        await database.ExecuteAsync("create function refuse() returns trigger language plpgsql as 'begin return null; end'");
        await database.ExecuteAsync("create trigger refuse before insert on order_facts for each row execute function refuse()");
        var aggregation = new Aggregation(database.Postgres, new(services.GetRequiredService<IMeterFactory>()));
        var batch = RecordBatch.Of([new() { Coordinates = new(Topics.Conversions.Name, 3, 7), Timestamp = default }]);
        var told = new SortedRecords();
        told.Add(SaleFact.Of(new()
        {
            BrandId = "loja00000001",
            Gateway = "kiwify",
            SaleId = "S1",
            Revision = 1,
            IngestId = "0",
            EventId = "e",
            Purchase = true,
            EventTime = DateTimeOffset.UnixEpoch.AddYears(50),
            ReceivedAt = DateTimeOffset.UnixEpoch.AddYears(50),
        }));

        var error = await Should.ThrowAsync<InvalidOperationException>(() => aggregation.WriteAsync(batch, told, new(database.Postgres, MetricsRole.Offsets), default).WaitAsync(Limit));

        error.Message.ShouldContain("conversions/3/7");
        (await database.ScalarAsync<long>("select count(*) from performance_metrics")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(*) from metrics_offsets")).ShouldBe(0);
        await database.ExecuteAsync("drop trigger refuse on order_facts");
        (await aggregation.WriteAsync(batch, told, new(database.Postgres, MetricsRole.Offsets), default)).ShouldBeTrue();
    }
}
