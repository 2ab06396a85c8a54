using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Load.Matching;

/// <summary>Clicks of long ago in the running system's table <c>clicks</c>, as the ledger leaves them there; gone again when this is disposed.</summary>
/// <param name="brand">Whose.</param>
/// <param name="services">The platform.</param>
internal sealed class KeptClicks(Brand brand, IServiceProvider services) : IAsyncDisposable
{
    private const int Chunk = 2_000;

    private readonly Sealer _sealer = services.GetRequiredService<Sealer>();

    /// <summary>Writes clicks as if they had come so much earlier.</summary>
    public async Task WriteAsync(IEnumerable<TrackedEvent> clicks, TimeSpan ago, CancellationToken cancellationToken)
    {
        foreach (var chunk in clicks.Chunk(Chunk))
        {
            await using var batch = services.GetRequiredService<NpgsqlDataSource>().CreateBatch();
            ClickRows.Clicks.AddTo(batch, Array.ConvertAll(chunk, click => RowOf(click, ago)));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The roles may only add to this table.
        await using var delete = services.GetRequiredKeyedService<NpgsqlDataSource>(TenantsRegistration.Owner).CreateCommand("delete from clicks where brand_id = $1");
        delete.Parameters.Add(new() { Value = brand.Id });
        delete.CommandTimeout = 0;
        await delete.ExecuteNonQueryAsync();
    }

    private ClickRow RowOf(TrackedEvent click, TimeSpan ago)
    {
        var at = click.EventTime - ago;
        var old = click with { IngestId = Guid.CreateVersion7(at).ToString(), EventTime = at, ReceivedAt = at };
        var box = _sealer.Seal(brand.TenantId, SealPurpose.Window, _sealer.Open(brand.TenantId, SealPurpose.UserData, click.UserData!), KeyRef.Window);
        return new(new(old, Guid.Parse(old.IngestId), EventIds.TimeOf(old.IngestId), new(Topics.TrackEvents.Name, 0, 0)), box);
    }
}
